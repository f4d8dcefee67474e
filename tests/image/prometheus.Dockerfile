# Debian's Prometheus in the place of prom/prometheus, where no registry can be asked: the same directories and arguments.
ARG BASE=docker.io/library/debian:bookworm-slim
FROM ${BASE}
WORKDIR /tmp/package
RUN apt-get update \
 && apt-get download prometheus \
 && dpkg-deb -x prometheus_*.deb tree \
 && cp tree/usr/bin/prometheus /bin/prometheus \
 && rm -rf /tmp/package/* /var/lib/apt/lists/* \
 && install -d -o 65534 -g 65534 /etc/prometheus /prometheus
WORKDIR /prometheus
USER 65534:65534
VOLUME ["/prometheus"]
ENTRYPOINT ["/bin/prometheus"]
CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]
