# syntax=docker/dockerfile:1
# Two images: `web` serves and has neither torch nor an S3 client; `worker` runs every command.
#
#   docker build --target web .
#   docker build --target worker .
#
# `docker buildx imagetools inspect python:3.11.14-slim-bookworm` shows the digest of an image.
ARG NODE_IMAGE=node:22.20.0-bookworm-slim@sha256:b21fe589dfbe5cc39365d0544b9be3f1f33f55f3c86c87a76ff65a02f8f5848e
ARG PYTHON_IMAGE=python:3.11.14-slim-bookworm@sha256:65a93d69fa75478d554f4ad27c85c1e69fa184956261b4301ebaf6dbb0a3543d

# The browser assets: npm fetches them, and nothing else of Node is needed.
FROM ${NODE_IMAGE} AS assets
WORKDIR /app/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund


FROM ${PYTHON_IMAGE} AS web-packages
ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
# The dependencies come first, so that this long step runs again only if one of these files changes.
COPY pyproject.toml constraints.txt README.md LICENSE ./
RUN pip install -c constraints.txt .
# Editable, because the templates are beside the packages.
COPY alsolike alsolike
COPY api api
RUN pip install --no-deps -c constraints.txt -e .


FROM ${PYTHON_IMAGE} AS worker-packages
# An index with builds of torch without CUDA saves gigabytes:
# docker build --build-arg PIP_EXTRA_INDEX_URL=…; the release itself is pinned in constraints.txt.
ARG PIP_EXTRA_INDEX_URL
ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
COPY pyproject.toml constraints.txt README.md LICENSE ./
RUN pip install -c constraints.txt '.[worker]'
# Editable, because the migrations and the dbt project are beside the packages.
COPY alsolike alsolike
COPY api api
COPY embed embed
RUN pip install --no-deps -c constraints.txt -e .


FROM ${PYTHON_IMAGE} AS base
# Both volumes get the owner of the folder that they are mounted on.
RUN useradd --system --uid 10001 --create-home alsolike \
    && install --directory --owner=alsolike /var/lib/alsolike /var/lib/alsolike-s3
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ALSOLIKE_HOME=/var/lib/alsolike \
    HF_HOME=/var/lib/alsolike/huggingface \
    NUMBA_CACHE_DIR=/var/lib/alsolike/numba
WORKDIR /app
USER 10001
VOLUME /var/lib/alsolike
ENTRYPOINT ["alsolike"]


FROM base AS web
ENV ALSOLIKE_HOST=0.0.0.0 \
    ALSOLIKE_PORT=8000
COPY --from=web-packages /opt/venv /opt/venv
COPY --from=web-packages /app /app
COPY web web
COPY --from=assets /app/web/node_modules web/node_modules
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['ALSOLIKE_PORT'] + '/health/live', timeout=4)"]
CMD ["serve"]


FROM base AS worker
COPY --from=worker-packages /opt/venv /opt/venv
COPY --from=worker-packages /app /app
COPY migrations migrations
COPY dbt dbt
# The demo serves too.
COPY web web
COPY --from=assets /app/web/node_modules web/node_modules
# A worker writes a heartbeat every ten seconds.
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s --retries=3 \
    CMD ["python", "-c", "import psycopg; q = \"select from ops.procrastinate_workers where last_heartbeat > now() - interval '1 minute'\"; raise SystemExit(psycopg.connect('', connect_timeout=5).execute(q).fetchone() is None)"]
CMD ["worker"]
