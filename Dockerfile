# One image per program: docker build --build-arg WORKSPACE=services/orders -t order-events/orders .
# Node runs the TypeScript as it is, so nothing is compiled; only the program, the libs and their packages go in.

FROM node:26-trixie-slim AS manifests
WORKDIR /app
COPY . .
# Development tools are no part of an image, and the lockfile needn't know their packages for every platform.
RUN find . -type f ! -name package.json ! -name package-lock.json -delete && npm pkg delete devDependencies

# Depends on the manifests alone, so a change of source code installs nothing again.
FROM node:26-trixie-slim AS packages
ARG WORKSPACE
WORKDIR /app
COPY --from=manifests /app ./
RUN --mount=type=cache,target=/root/.npm,sharing=shared \
  npm ci --omit=dev --ignore-scripts --no-audit --no-fund --workspace "${WORKSPACE:?say which: --build-arg WORKSPACE=services/orders}"

FROM node:26-trixie-slim
ARG WORKSPACE
ENV NODE_ENV=production PORT=3000 OPERATIONS_PORT=3100
WORKDIR /app
COPY --from=packages /app ./
COPY libs libs
COPY ${WORKSPACE} ${WORKSPACE}
WORKDIR /app/${WORKSPACE}
USER node
# Ready means: the broker and the store answer. A service whose breaker is open is paused, and still ready.
# A service says so on its own port, the gateway on its port for operations.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "const ready = (port) => fetch(`http://127.0.0.1:${port}/readyz`).then((answer) => answer.ok || Promise.reject()); Promise.any([process.env.PORT, process.env.OPERATIONS_PORT].map(ready)).then(() => process.exit(0), () => process.exit(1))"]
CMD ["node", "src/main.ts"]
