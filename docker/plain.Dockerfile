# The plain way, for comparison: Debian's slim image and its own FFmpeg libraries under the same sluice. ./dev image --plain
ARG BASE=docker.io/library/debian:bookworm-slim
ARG SLUICE=localhost/sluice
FROM ${SLUICE} AS sluice
FROM ${BASE}
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
      libavformat59 libspdlog1.10 libyaml-cpp0.7 libssl3 zlib1g libprometheus-cpp-core1.0 libboost-json1.81.0 \
 && rm -rf /var/lib/apt/lists/*
COPY --from=sluice /usr/bin/sluice /usr/bin/
COPY --from=sluice /etc/sluice/ /etc/sluice/
RUN sluice --version
USER 65532:65532
ENTRYPOINT ["/usr/bin/sluice"]
CMD ["serve", "--config", "/etc/sluice/sluice.yaml"]
