# syncnest in a container: docs/DEPLOYMENT.md.
ARG NODE_IMAGE=node:22-bookworm-slim

FROM ${NODE_IMAGE} AS build
WORKDIR /build
# First what changes seldom, so that the packages are installed again only when they change.
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json nest-cli.json .swcrc ./
COPY src ./src
COPY scripts/build ./scripts/build
RUN npm run build && rm -r dist/demo && chmod 755 dist/main.js
RUN npm prune --omit=dev --no-audit --no-fund

FROM ${NODE_IMAGE}
ENV NODE_ENV=production
# Certificate, configuration and index are in the volume, beside the folders.
ENV HOME=/data
ENV SYNCNEST_HOME=/data/home
WORKDIR /app
COPY --from=build /build/package.json ./
COPY --from=build /build/node_modules ./node_modules
COPY --from=build /build/dist ./dist
COPY LICENSE ./
COPY deploy/docker-entrypoint.sh ./entrypoint
# A new volume gets the rights that /data has here: with docker run --user, anybody must be able to begin in it.
RUN chmod 755 entrypoint && ln -s /app/dist/main.js /usr/local/bin/syncnest && install -d -o 1000 -g 1000 -m 1777 /data
VOLUME /data
EXPOSE 22000/tcp 21027/udp
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s CMD ["node", "/app/dist/main.js", "health"]
USER 1000:1000
ENTRYPOINT ["/app/entrypoint"]
