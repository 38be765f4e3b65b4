# syntax=docker/dockerfile:1
# One image a service: `docker build --target order -t healthcenter/order:0.1.0 .`, or any other OCI builder.
# On slim Debian, because the kubelet's probe on the heartbeat file needs a shell and `find`.
ARG NODE=node:24.21.0-bookworm-slim

FROM ${NODE} AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM ${NODE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY tools tools
COPY tests tests
COPY services services
RUN node tools/setup.mjs --only=build

FROM ${NODE} AS service
ENV NODE_ENV=production
WORKDIR /app
# Its npm, with all that it depends on, has no work here.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn*
# What an SBOM is made from.
COPY package.json package-lock.json ./
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist/services/shared dist/services/shared
USER 65532:65532

FROM service AS gateway
COPY --from=build /app/dist/services/gateway dist/services/gateway
ENTRYPOINT ["node", "--enable-source-maps", "dist/services/gateway/main.js"]

FROM service AS order
COPY --from=build /app/dist/services/order dist/services/order
ENTRYPOINT ["node", "--enable-source-maps", "dist/services/order/main.js"]

FROM service AS payment
COPY --from=build /app/dist/services/payment dist/services/payment
ENTRYPOINT ["node", "--enable-source-maps", "dist/services/payment/main.js"]

FROM service AS reservation
COPY --from=build /app/dist/services/reservation dist/services/reservation
ENTRYPOINT ["node", "--enable-source-maps", "dist/services/reservation/main.js"]

# The SMS binding runs beside it, in a container of its own, from the same image.
FROM service AS notification
COPY --from=build /app/dist/services/sms dist/services/sms
COPY --from=build /app/dist/services/notification dist/services/notification
ENTRYPOINT ["node", "--enable-source-maps", "dist/services/notification/main.js"]
