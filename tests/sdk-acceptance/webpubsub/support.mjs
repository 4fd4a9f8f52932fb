// What every file of this suite needs: service clients, socket clients, and waits that name what they wait for.
import { after } from "node:test";
import { WebPubSubServiceClient } from "@azure/web-pubsub";
import { WebPubSubClient, WebPubSubJsonProtocol } from "@azure/web-pubsub-client";
import { within } from "../within.mjs";

export const connectionString = process.env.WEBPUBSUB_CONNECTION_STRING;
if (!connectionString) {
  throw new Error("WEBPUBSUB_CONNECTION_STRING is not set; run this suite through dotnet test.");
}

export const endpoint = /Endpoint=([^;]+)/.exec(connectionString)[1];
export const hub = "chat";

// The emulator speaks plain HTTP on loopback; nothing else about the clients is changed.
export function createService(hubName = hub) {
  return new WebPubSubServiceClient(connectionString, hubName, {
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 0 },
  });
}

export const allRoles = ["webpubsub.joinLeaveGroup", "webpubsub.sendToGroup"];

let counter = 0;
export const unique = (prefix) => `${prefix}-${process.pid}-${++counter}`;

const open = [];
after(() => open.forEach((client) => client.stop()));

// Starts a client, on the plain JSON protocol unless told otherwise, and waits until it is connected.
export async function startClient(tokenOptions = {}, clientOptions = {}, service = createService()) {
  const client = new WebPubSubClient(
    { getClientAccessUrl: async () => (await service.getClientAccessToken(tokenOptions)).url },
    {
      protocol: WebPubSubJsonProtocol(),
      autoReconnect: false,
      messageRetryOptions: { maxRetries: 0 },
      // The client pings the service at this pace, and its timers outlive it by as much.
      keepAliveIntervalInMs: 500,
      keepAliveTimeoutInMs: 9_000,
      ...clientOptions,
    },
  );
  const inbox = { group: new Inbox("group message"), server: new Inbox("server message") };
  client.on("group-message", (e) => inbox.group.put(e.message));
  client.on("server-message", (e) => inbox.server.put(e.message));
  const connected = new Promise((resolve) => client.on("connected", resolve));
  open.push(client);
  await client.start();
  return { client, inbox, ...(await within("the event connected", connected)) };
}

// Cuts the TCP connection of a client without a close frame; tells how many were cut.
export async function cutConnection(connectionId) {
  const response = await fetch(new URL("/faults", process.env.WEBPUBSUB_ENDPOINT), {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ kind: "dropConnection", target: { connection: connectionId } }),
  });
  return (await response.json()).rules[0].applied;
}

export function once(client, event) {
  return within(`the event ${event}`, new Promise((resolve) => client.on(event, resolve)));
}

// Keeps what arrived until a test asks for it, in order.
export class Inbox {
  #what;
  #items = [];
  #waiting = [];

  constructor(what) {
    this.#what = what;
  }

  put(item) {
    const waiter = this.#waiting.shift();
    if (waiter) waiter(item);
    else this.#items.push(item);
  }

  next() {
    if (this.#items.length > 0) return Promise.resolve(this.#items.shift());
    return within(`a ${this.#what}`, new Promise((resolve) => this.#waiting.push(resolve)));
  }

  get size() {
    return this.#items.length;
  }
}
