"""Live runs: a worker process per run, files between it and the web process, frames to every viewer.

The folder of a run is the only link between the two processes, so a run survives the server that started it, any
server finds it again, and a crash of either takes nothing else down. Nothing here imports Streamlit, and only the
worker imports JAX.

    runs.json-like files   worker -> web   status.json, metrics.jsonl, step folders, live/frame.bin (the newest frame)
                           web -> worker   live/control.json (what is wanted: run, pause, stop; steps; knobs)
"""
