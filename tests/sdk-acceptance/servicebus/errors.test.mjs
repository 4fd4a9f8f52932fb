import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, test } from "node:test";
import { parseServiceBusConnectionString, ServiceBusClient } from "@azure/service-bus";
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

// A shared access signature for one resource, as servers hand them to their clients.
function signatureFor(resource, seconds) {
  const { sharedAccessKeyName: name, sharedAccessKey: key } = parseServiceBusConnectionString(connectionString);
  const uri = encodeURIComponent(resource);
  const expiry = Math.floor(Date.now() / 1_000) + seconds;
  const signature = createHmac("sha256", key).update(`${uri}\n${expiry}`).digest("base64");
  return `SharedAccessSignature sr=${uri}&sig=${encodeURIComponent(signature)}&se=${expiry}&skn=${name}`;
}

function clientWith(signature) {
  const { endpoint } = parseServiceBusConnectionString(connectionString);
  const client = new ServiceBusClient(
    `Endpoint=${endpoint};SharedAccessSignature=${signature};UseDevelopmentEmulator=true;`,
    { retryOptions: { maxRetries: 0, timeoutInMs: 5_000 } },
  );
  after(() => client.close());
  return client;
}

test("a signature opens its own entity and no other", async () => {
  const { endpoint } = parseServiceBusConnectionString(connectionString);
  const client = clientWith(signatureFor(new URL("left-behind", `${endpoint}/`).href, 600));

  await client.createSender("left-behind").sendMessages({ body: "allowed" });
  const receiver = client.createReceiver("left-behind", { receiveMode: "receiveAndDelete" });
  assert.equal((await receiveOne(receiver)).body, "allowed");
  await assert.rejects(client.createSender("plain").sendMessages({ body: "x" }), { code: "UnauthorizedAccess" });
  await receiver.close();
});

test("a signature that ran out opens nothing", async () => {
  const { endpoint } = parseServiceBusConnectionString(connectionString);
  const client = clientWith(signatureFor(endpoint, -60));

  await assert.rejects(client.createSender("left-behind").sendMessages({ body: "x" }), { code: "UnauthorizedAccess" });
});

test("errors say whether trying again helps", async () => {
  const client = createClient({ retryOptions: { maxRetries: 0, timeoutInMs: 5_000 } });

  await assert.rejects(client.acceptNextSession("missing"), { code: "MessagingEntityNotFound", retryable: false });
  await assert.rejects(client.createReceiver("topicless", "missing").peekMessages(1), { code: "MessagingEntityNotFound" });
  const sessions = await client.acceptSession("sessions", "held by errors");
  await assert.rejects(
    client.acceptSession("sessions", "held by errors"), { code: "SessionCannotBeLocked", retryable: false });
  await sessions.close();
});
