import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ServiceBusClient } from "@azure/service-bus";
import { connectionString, createClient, receiveOne } from "./support.mjs";

test("an entity that does not exist is not found, by senders and receivers", async () => {
  const client = createClient({ retryOptions: { maxRetries: 0, timeoutInMs: 5_000 } });

  await assert.rejects(receiveOne(client.createReceiver("missing"), 500), { code: "MessagingEntityNotFound" });
  await assert.rejects(client.acceptNextSession("missing"), { code: "MessagingEntityNotFound" });
  await assert.rejects(client.createSender("missing").sendMessages({ body: "x" }));
});

test("a wrong key is unauthorized", async () => {
  const client = new ServiceBusClient(connectionString.replace("SAS_KEY_VALUE", "WRONG"), {
    retryOptions: { maxRetries: 0, timeoutInMs: 5_000 },
  });
  after(() => client.close());

  await assert.rejects(client.createSender("plain").sendMessages({ body: "x" }), { code: "UnauthorizedAccess" });
});

test("a client that was closed lets its process end", async () => {
  const client = new ServiceBusClient(connectionString);
  await client.createSender("left-behind").sendMessages({ body: "last words" });
  const receiver = client.createReceiver("left-behind", { receiveMode: "receiveAndDelete" });
  await receiveOne(receiver);

  await client.close();

  assert.throws(() => client.createSender("plain"), { message: "The underlying AMQP connection is closed." });
});
