# Two images. `docker build .` makes the gateway; `docker build --target sandbox .` makes the gateway and its stand-ins.
# A container needs no disk: run it with --read-only.

FROM node:20-slim AS graphiql
WORKDIR /build
COPY edge/graphiql/package.json edge/graphiql/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY edge/graphiql/ ./
RUN npm run build

FROM python:3.11-slim AS packages
WORKDIR /build
COPY requirements.txt ./
RUN python -m venv /opt/venv \
    && /opt/venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt \
    && /opt/venv/bin/python -m compileall -q /opt/venv/lib

FROM python:3.11-slim AS base
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 HOST=0.0.0.0 PORT=8000
RUN useradd --system --uid 10001 --no-create-home gateway
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY app.py ./
COPY clients clients
COPY edge edge
COPY resolvers resolvers
COPY schema schema
COPY --from=graphiql /build/dist edge/graphiql/dist
RUN python -m compileall -q .
ENV PYTHONDONTWRITEBYTECODE=1
USER 10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as web; web.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/health', timeout=2)"]
CMD ["python", "-m", "app"]

FROM base AS sandbox
ENV GATEWAY_MODE=sandbox
COPY sandbox sandbox

FROM base AS live
ENV GATEWAY_MODE=live
