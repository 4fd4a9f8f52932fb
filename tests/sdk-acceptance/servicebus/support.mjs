// What every file of this suite needs: a client that gives up soon, and its end after the tests.
import { after } from "node:test";
import { ServiceBusClient } from "@azure/service-bus";

export const connectionString = process.env.SERVICEBUS_CONNECTION_STRING;
if (!connectionString) {
  throw new Error("SERVICEBUS_CONNECTION_STRING is not set; run this suite through dotnet test.");
}

// Long enough for a busy machine; nothing here waits for it when all is well.
export const patience = 20_000;

export function createClient(options = {}) {
  const client = new ServiceBusClient(connectionString, {
    retryOptions: { maxRetries: 0, timeoutInMs: patience },
    ...options,
  });
  after(() => client.close());
  return client;
}

export async function receiveOne(receiver, maxWaitTimeInMs = patience) {
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs });
  return message;
}

// Receives exactly so many messages, in as many calls as it takes.
export async function receiveCount(receiver, count) {
  const messages = [];
  while (messages.length < count) {
    const more = await receiver.receiveMessages(count - messages.length, { maxWaitTimeInMs: patience });
    if (more.length === 0) {
      throw new Error(`Only ${messages.length} of ${count} messages came.`);
    }
    messages.push(...more);
  }
  return messages;
}

let counter = 0;
export const unique = (prefix) => `${prefix}-${process.pid}-${++counter}`;
