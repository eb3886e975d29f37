# Targets: app (gateway, scheduler, packager, notifier, provisioning), scraper (with Chromium), pictureweb (for trying out).
ARG PYTHON_IMAGE=python:3.13-slim-trixie
ARG VERSION=0.1.0


FROM ${PYTHON_IMAGE} AS uv
WORKDIR /uv
COPY requirements-dev.txt .
# Version and hashes of the installer are those of the lock.
RUN sed -n '/^uv==/,/[^\\]$/p' requirements-dev.txt >uv.txt \
    && pip install --no-cache-dir --target . --require-hashes -r uv.txt


FROM ${PYTHON_IMAGE} AS app-venv
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy UV_COMPILE_BYTECODE=1 UV_NO_CACHE=1 VIRTUAL_ENV=/venv
COPY --from=uv /uv/bin/uv /usr/local/bin/
WORKDIR /build
RUN uv venv --no-project "$VIRTUAL_ENV"
COPY requirements-app.txt .
RUN uv pip install --require-hashes -r requirements-app.txt


FROM app-venv AS scraper-venv
COPY requirements.txt .
RUN uv pip install --require-hashes -r requirements.txt


FROM ${PYTHON_IMAGE} AS runtime
RUN apt-get update \
    && apt-get install -y --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 aid \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin aid \
    && install -d -o 10001 -g 10001 /archives /scratch
LABEL org.opencontainers.image.title="Advance Image Downloader" \
    org.opencontainers.image.description="Pictures from the web, gathered at a set time, delivered as one ZIP by mail."
ENV PATH=/venv/bin:$PATH HOME=/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
WORKDIR /app
USER 10001:10001
ENTRYPOINT ["tini", "--", "python", "-m"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 CMD ["python", "-m", "shared.probe"]


FROM runtime AS app
ARG VERSION
COPY --from=app-venv /venv /venv
COPY shared shared
COPY services services
LABEL org.opencontainers.image.version=$VERSION


FROM runtime AS scraper
ARG VERSION
USER 0:0
RUN apt-get update \
    && apt-get install -y --no-install-recommends chromium chromium-driver fonts-liberation \
    && rm -rf /var/lib/apt/lists/* \
    && install -d -o 10001 -g 10001 /app/canary
USER 10001:10001
ENV SE_OFFLINE=true AID_CHROME_BINARY=/usr/bin/chromium AID_CHROMEDRIVER=/usr/bin/chromedriver
COPY --from=scraper-venv /venv /venv
COPY shared shared
COPY services services
LABEL org.opencontainers.image.version=$VERSION


FROM app AS pictureweb
COPY tests tests
CMD ["tests.pictureweb"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8090/healthz', timeout=4)"]
