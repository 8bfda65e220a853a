# Stand-ins for the images that docker-compose.yml and the Dockerfile name, where no registry can be reached. Each has the program of the real
# image in the same place, the same user, and an entry point that does what compose needs of the real one. The context is made by stand-ins.ts.
ARG DEBIAN=bootready-stand-in/debian:bookworm
ARG NEWER_DEBIAN=bootready-stand-in/debian:trixie

FROM ${DEBIAN} AS node
COPY node /usr/local/bin/node
COPY npm /usr/local/lib/node_modules/npm
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm \
 && ln -s ../lib/node_modules/npm/bin/npx-cli.js /usr/local/bin/npx \
 && useradd --uid 1000 --user-group --create-home --shell /bin/bash node
# This machine may reach the npm registry only through a proxy with an authority of its own.
COPY ca.crt /usr/local/share/stand-in-ca.crt
ENV NODE_EXTRA_CA_CERTS=/usr/local/share/stand-in-ca.crt
CMD ["node"]

FROM ${NEWER_DEBIAN} AS postgres
RUN groupadd --system --gid 999 postgres && useradd --system --gid 999 --uid 999 --home-dir /var/lib/postgresql --shell /bin/bash postgres \
 && apt-get update && mkdir -p /etc/postgresql-common && echo 'create_main_cluster = false' >/etc/postgresql-common/createcluster.conf \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends postgresql-17 \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o 999 -g 999 -m 1777 /var/lib/postgresql/data && install -d -o 999 -g 999 -m 3777 /var/run/postgresql
ENV LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/bin:/usr/lib/postgresql/17/bin PGDATA=/var/lib/postgresql/data
COPY --chmod=755 postgres-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
VOLUME /var/lib/postgresql/data
ENTRYPOINT ["docker-entrypoint.sh"]
STOPSIGNAL SIGINT
CMD ["postgres"]

FROM ${DEBIAN} AS redis
RUN groupadd --system --gid 999 redis && useradd --system --gid 999 --uid 999 --home-dir /data redis \
 && apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends redis-server \
 && rm -rf /var/lib/apt/lists/* && install -d -o 999 -g 999 /data
VOLUME /data
WORKDIR /data
CMD ["redis-server"]

FROM ${DEBIAN} AS temporal-base
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends netcat-openbsd tzdata \
 && rm -rf /var/lib/apt/lists/* && groupadd --gid 1000 temporal && useradd --uid 1000 --gid 1000 --create-home temporal

FROM temporal-base AS temporal
COPY temporal-server /usr/local/bin/temporal-server
COPY --chmod=755 temporal-entrypoint.sh /etc/temporal/entrypoint.sh
WORKDIR /etc/temporal
USER temporal
CMD ["/etc/temporal/entrypoint.sh"]

FROM temporal-base AS temporal-admin
COPY temporal temporal-sql-tool /usr/local/bin/
COPY schema /etc/temporal/schema
USER temporal
CMD ["sleep", "infinity"]

FROM ${DEBIAN} AS temporal-ui
RUN groupadd --gid 5000 temporal && useradd --uid 5000 --gid 5000 --create-home temporal
WORKDIR /home/ui-server
COPY ui-server ./ui-server
COPY --chmod=755 ui-entrypoint.sh ./start-ui-server.sh
RUN mkdir config && chown -R temporal:temporal .
USER temporal
ENTRYPOINT ["./start-ui-server.sh"]

FROM ${DEBIAN} AS versitygw
COPY versitygw /usr/local/bin/versitygw
ENTRYPOINT ["versitygw"]
