"""Live runs: a worker process per run, files between it and the web process, frames to every viewer.

    worker -> web   status.json, metrics.jsonl, step folders, and live/frame.bin, the newest frame
    web -> worker   live/control.json: what is wanted (run, pause, stop), single steps, knobs

The folder of a run is the only link between the two processes. So a run survives the server that started it, any
server finds it again, and a crash of either takes nothing else down. Nothing here imports Streamlit; the modules of
the worker (trainer, recorder, snapshot) import JAX, and only the worker imports them.
"""
