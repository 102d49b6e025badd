# Two stages. requirements.txt has what runs, every version with its hash, and no test tools.
FROM python:3.12-slim AS build
WORKDIR /src
COPY requirements.txt ./
RUN python -m venv /opt/runbell && /opt/runbell/bin/pip install --no-cache-dir --no-deps --require-hashes -r requirements.txt
COPY pyproject.toml README.md LICENSE manifest.yml ./
COPY bot ./bot
COPY handlers ./handlers
RUN /opt/runbell/bin/pip install --no-cache-dir --no-deps --no-index --no-build-isolation .

FROM python:3.12-slim
RUN useradd --system --create-home --home-dir /var/lib/runbell runbell
COPY --from=build /opt/runbell /opt/runbell
USER runbell
WORKDIR /var/lib/runbell
VOLUME /var/lib/runbell
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
  CMD ["/opt/runbell/bin/python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8081/healthz', timeout=4)"]
ENTRYPOINT ["/opt/runbell/bin/runbell"]
CMD ["serve"]
