# syntax=docker/dockerfile:1

# The browser assets: npm fetches them, and nothing else of Node is needed.
FROM node:22-bookworm-slim AS assets
WORKDIR /app/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund


FROM python:3.11-slim-bookworm AS packages
# An index with builds of torch without CUDA saves gigabytes:
# docker build --build-arg PIP_EXTRA_INDEX_URL=…; the release itself is pinned in constraints.txt.
ARG PIP_EXTRA_INDEX_URL
ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH
WORKDIR /app
# The dependencies come first, so that this long step runs again only if one of these files changes.
COPY pyproject.toml constraints.txt README.md LICENSE ./
RUN pip install -c constraints.txt .
# Editable, because the migrations, the dbt project and the templates are beside the packages.
COPY alsolike alsolike
COPY api api
COPY embed embed
RUN pip install --no-deps -c constraints.txt -e .


FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --create-home alsolike \
    && install --directory --owner=alsolike /var/lib/alsolike
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ALSOLIKE_HOME=/var/lib/alsolike \
    ALSOLIKE_HOST=0.0.0.0 \
    ALSOLIKE_PORT=8000
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY --from=packages /app /app
COPY migrations migrations
COPY dbt dbt
COPY web web
COPY --from=assets /app/web/node_modules web/node_modules
USER 10001
VOLUME /var/lib/alsolike
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['ALSOLIKE_PORT'] + '/health/live', timeout=4)"]
ENTRYPOINT ["alsolike"]
CMD ["serve"]
