# The service in a small image: docker build -t weerklank .
#
# `docker run` it with --read-only: it writes nowhere. service/deploy/compose.yaml puts a proxy with TLS in front.

FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 UV_NO_CACHE=1 UV_LINK_MODE=copy
WORKDIR /build

# uv, with the version and hash of the lock file, installs all the rest; it stays behind in this stage.
COPY pyproject.toml requirements.lock ./
RUN awk '/^[a-z]/ {keep = /^uv==/} keep' requirements.lock > uv.txt \
    && python -m venv /tools \
    && /tools/bin/pip install --require-hashes --no-deps -r uv.txt

# Bytecode is compiled here, because nothing can be written where it runs.
RUN python -m venv --without-pip /opt/weerklank \
    && /tools/bin/uv pip install --python /opt/weerklank/bin/python --compile-bytecode --only-binary :all: \
        --require-hashes -c requirements.lock -r pyproject.toml --extra serve

COPY README.md LICENSE ./
COPY models models
COPY service service
RUN /tools/bin/uv build --wheel --build-constraints requirements.lock --require-hashes --out-dir /dist \
    && /tools/bin/uv pip install --python /opt/weerklank/bin/python --compile-bytecode --no-deps /dist/*.whl


FROM python:3.11-slim
LABEL org.opencontainers.image.title="Weerklank" \
      org.opencontainers.image.description="Tags Dutch reflection texts with drives, values and trust-or-control" \
      org.opencontainers.image.licenses="Apache-2.0"
# What installs packages has no use here; /keys is where a volume with the file of keys goes.
RUN python -m pip uninstall --yes --quiet --root-user-action ignore pip setuptools wheel \
    && mkdir /keys \
    && chown 10001:10001 /keys
COPY --from=build /opt/weerklank /opt/weerklank
ENV PATH=/opt/weerklank/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
# A number and not a name, so that an orchestrator can see that it is not root.
USER 10001:10001
EXPOSE 8000
# Not urllib, which would go through a proxy that the environment names.
HEALTHCHECK --interval=15s --timeout=5s --start-period=90s --retries=3 \
    CMD ["python", "-c", "import http.client as h, sys; c = h.HTTPConnection('127.0.0.1', 8000, timeout=4); c.request('GET', '/health/ready'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["weerklank"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
