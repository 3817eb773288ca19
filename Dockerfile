# What does a Relance container hold? Python, the locked packages and our files; no tools, no root.
#
# The base is pinned by tag. To pin its bytes too, append the digest that
# "docker buildx imagetools inspect python:3.13.9-slim-bookworm" prints: python:...@sha256:...

FROM python:3.13.9-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore

COPY requirements-runtime.lock /build/requirements-runtime.lock

# Every package is locked by hash and comes as a wheel, so nothing is compiled and nobody's setup
# script runs. The environment itself has no pip.
RUN python -m venv --without-pip /opt/relance \
    && pip --python /opt/relance/bin/python install \
        --only-binary :all: --require-hashes --no-deps -r /build/requirements-runtime.lock


FROM python:3.13.9-slim-bookworm

LABEL org.opencontainers.image.title="Relance" \
      org.opencontainers.image.description="Event-sourced collections of overdue invoices" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="0.1.0"

ENV PATH=/opt/relance/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1

# A new volume takes owner and mode from the folder it is mounted on.
RUN groupadd --gid 10001 relance \
    && useradd --uid 10001 --gid relance --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin relance \
    && install -d -o relance -g relance -m 0750 /var/lib/relance /var/lib/relance/letters

WORKDIR /app
COPY --from=build /opt/relance /opt/relance
# .dockerignore lists what belongs to the program; everything else stays out.
COPY . /app
RUN python -m compileall -q /app

USER 10001:10001

EXPOSE 8088 9464

HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
    CMD ["python", "-c", "import http.client, sys; probe = http.client.HTTPConnection('127.0.0.1', 8088, timeout=3); probe.request('GET', '/ready'); sys.exit(probe.getresponse().status != 200)"]

# worker.py listens to SIGTERM itself; for anything else run the container with --init.
CMD ["python", "worker.py"]
