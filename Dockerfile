# The playground as a container: one unprivileged user, a root that is never written to, one volume for all that stays.
FROM python:3.12-slim

ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1

WORKDIR /app
COPY pyproject.toml README.md LICENSE ./
COPY vaelab ./vaelab
# Installed where it lies: the app and its workers import the one copy that is here.
RUN pip install --editable . && python -m compileall -q vaelab

COPY app.py ./
COPY .streamlit ./.streamlit
COPY checkpoints ./checkpoints

RUN useradd --uid 1000 --home-dir /data --no-create-home --shell /usr/sbin/nologin vaelab \
    && install --directory --owner=1000 --group=1000 --mode=0700 /data
# Everything that is written goes below /data; compiled programs apart from runs and data, for they are code.
ENV HOME=/data \
    VAELAB_RUNS_DIR=/data/runs \
    VAELAB_OWN_DATA=/data/own \
    VAELAB_CACHE_DIR=/data/cache \
    STREAMLIT_SERVER_HEADLESS=true \
    STREAMLIT_SERVER_ADDRESS=0.0.0.0 \
    STREAMLIT_SERVER_PORT=8501

USER 1000:1000
VOLUME ["/data"]
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; b = os.environ.get('STREAMLIT_SERVER_BASE_URL_PATH', '').strip('/'); r.urlopen('http://127.0.0.1:8501/' + (b and b + '/') + '_stcore/health', timeout=4)"]
CMD ["streamlit", "run", "app.py"]
