// An express server with event handlers, and an emulator of its own that calls it: started as anybody would start it.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { WebPubSubServiceClient } from "@azure/web-pubsub";
import { WebPubSubClient, WebPubSubJsonProtocol } from "@azure/web-pubsub-client";
import express from "express";
import { WebSocket } from "ws";
import { within } from "../within.mjs";

const program = process.env.WEBPUBSUB_EMULATOR;
if (!program) throw new Error("WEBPUBSUB_EMULATOR is not set; run this suite through dotnet test.");

// Keeps what arrived until a test asks for what it waits for; the rest stays.
export class Inbox {
  #items = [];
  #waiting = [];

  put(item) {
    const at = this.#waiting.findIndex((waiter) => waiter.matches(item));
    if (at < 0) this.#items.push(item);
    else this.#waiting.splice(at, 1)[0].resolve(item);
  }

  next(what, matches = () => true) {
    const at = this.#items.findIndex(matches);
    if (at >= 0) return Promise.resolve(this.#items.splice(at, 1)[0]);
    return within(what, new Promise((resolve) => this.#waiting.push({ matches, resolve })));
  }

  count(matches) {
    return this.#items.filter(matches).length;
  }
}

// The server of the application. Handlers may be added at any time, since consent is asked before the first event.
export async function startServer() {
  const app = express();
  const server = await new Promise((resolve) => {
    const listening = app.listen(0, "127.0.0.1", () => resolve(listening));
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    add: (handler) => app.use(handler.getMiddleware()),
    requests: (listener) => server.prependListener("request", listener),
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

// Hubs by name, each with the URL template of its handler.
export async function startEmulator(hubs) {
  const folder = mkdtempSync(join(tmpdir(), "webpubsub-express-"));
  const config = join(folder, "config.json");
  const settings = Object.fromEntries(Object.entries(hubs).map(([name, url]) => [name, {
    EventHandlers: [{ UrlTemplate: url, SystemEvents: ["connect", "connected", "disconnected"], EventPattern: "*" }],
  }]));
  writeFileSync(config, JSON.stringify({ WebPubSub: { Hubs: settings } }));
  const child = spawn("dotnet", [program, "--port", "0", "--config", config, "--json", "--exit-with-parent"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const line = await within("the ready line", new Promise((resolve, reject) => {
    createInterface({ input: child.stdout }).once("line", resolve);
    child.once("exit", (code) => reject(new Error(`The emulator ended with ${code}.`)));
  }));
  return {
    ...JSON.parse(line),
    stop: async () => {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      const code = await within("the end of the emulator", ended);
      rmSync(folder, { recursive: true });
      return code;
    },
  };
}

// The emulator speaks plain HTTP on loopback; nothing else about the SDKs is changed.
export function createService(emulator, hub) {
  return new WebPubSubServiceClient(emulator.connectionString, hub, {
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 0 },
  });
}

export async function startClient(emulator, hub, { query = "", ...tokenOptions } = {}) {
  const service = createService(emulator, hub);
  const client = new WebPubSubClient(
    { getClientAccessUrl: async () => (await service.getClientAccessToken(tokenOptions)).url + query },
    {
      protocol: WebPubSubJsonProtocol(),
      autoReconnect: false,
      messageRetryOptions: { maxRetries: 0 },
      keepAliveIntervalInMs: 500,
      keepAliveTimeoutInMs: 9_000,
    },
  );
  const inbox = new Inbox();
  client.on("server-message", (e) => inbox.put(e.message));
  const connected = new Promise((resolve) => client.on("connected", resolve));
  const stopped = new Promise((resolve) => client.on("stopped", resolve));
  await client.start();
  return { client, inbox, stopped, ...(await within("the event connected", connected)) };
}

// A client without subprotocol; or, when it is refused, the status that it is refused with.
export async function openPlain(emulator, hub, tokenOptions = {}) {
  const { url } = await createService(emulator, hub).getClientAccessToken(tokenOptions);
  const socket = new WebSocket(url);
  const inbox = new Inbox();
  socket.on("message", (data, isBinary) => inbox.put({ data, isBinary }));
  socket.on("close", (code) => inbox.put({ closed: code }));
  const status = await within("the handshake", new Promise((resolve, reject) => {
    socket.once("open", () => resolve(101));
    socket.once("unexpected-response", (_, response) => {
      response.resume();
      resolve(response.statusCode);
    });
    socket.once("error", reject);
  }));
  return { socket, inbox, status };
}

export { within };
