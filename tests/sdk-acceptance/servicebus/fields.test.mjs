import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, receiveOne, unique } from "./support.mjs";

const client = createClient();
const sender = client.createSender("fields");

async function roundTrip(message) {
  await sender.sendMessages(message);
  const receiver = client.createReceiver("fields", { receiveMode: "receiveAndDelete" });
  const received = await receiveOne(receiver);
  await receiver.close();
  return received;
}

test("every field of a message arrives as it was sent, with what the service adds", async () => {
  const before = Date.now();
  const sent = {
    body: { text: "grüße", list: [1, 2.5, null, true] },
    messageId: unique("id"),
    correlationId: "correlation",
    subject: "subject",
    to: "to",
    replyTo: "reply",
    replyToSessionId: "reply-session",
    sessionId: "session",
    partitionKey: "session",
    contentType: "application/json",
    timeToLive: 600_000,
    applicationProperties: {
      text: "x", whole: 7, large: 5_000_000_000, negative: -1, half: 0.5, yes: true, no: false, nothing: null,
    },
  };

  const message = await roundTrip(sent);

  for (const field of Object.keys(sent)) assert.deepEqual(message[field], sent[field], field);
  assert.equal(message.deliveryCount, 0);
  assert.equal(message.state, "active");
  assert.ok(message.sequenceNumber.greaterThan(0));
  assert.ok(message.enqueuedSequenceNumber > 0);
  assert.ok(Math.abs(message.enqueuedTimeUtc.getTime() - before) < 10_000);
  assert.equal(message.expiresAtUtc.getTime() - message.enqueuedTimeUtc.getTime(), 600_000);
  assert.equal(message.deadLetterReason, undefined);
  assert.equal(message.deadLetterSource, undefined);
});

test("bodies of every type arrive as they were sent", async () => {
  for (const body of ["", "text", 7, 0.5, true, null, [1, [2]], { nested: { deep: [] } }]) {
    assert.deepEqual((await roundTrip({ body })).body, body);
  }
  const bytes = Buffer.from([0, 1, 254, 255]);
  assert.ok(bytes.equals((await roundTrip({ body: bytes })).body));
});

test("AMQP messages keep their body type and annotations", async () => {
  for (const [bodyType, body] of [["value", "a value"], ["sequence", [["a", 1], ["b", 2]]], ["data", Buffer.from("bytes")]]) {
    const message = await roundTrip({
      bodyType,
      body,
      messageAnnotations: { "x-own": "kept" },
      footer: { check: "sum" },
      header: { priority: 7, durable: true },
      properties: { messageId: unique("amqp"), groupId: "group" },
    });

    const raw = message._rawAmqpMessage;
    assert.equal(raw.bodyType, bodyType);
    // The SDK hands sequences over as it decoded them, in a section.
    assert.deepEqual(raw.body.content ?? raw.body, body);
    assert.equal(raw.messageAnnotations["x-own"], "kept");
    assert.equal(raw.footer.check, "sum");
    assert.equal(raw.header.priority, 7);
    assert.equal(raw.properties.groupId, "group");
  }
});

test("ids that are no texts are kept as they are", async () => {
  for (const messageId of [7, "text"]) {
    assert.equal((await roundTrip({ body: "x", messageId })).messageId, messageId);
  }
});

test("properties of more than 64 KB are refused, and the sender stays usable", async () => {
  const applicationProperties = Object.fromEntries(
    Array.from({ length: 3 }, (_, i) => [`property-${i}`, "x".repeat(25_000)]),
  );

  await assert.rejects(sender.sendMessages({ body: "x", applicationProperties }), { code: "MessageSizeExceeded" });

  delete applicationProperties["property-2"];
  const message = await roundTrip({ body: "x", applicationProperties });
  assert.equal(message.applicationProperties["property-1"].length, 25_000);
});

test("ids over 128 characters are refused", async () => {
  await assert.rejects(sender.sendMessages({ body: "x", sessionId: "s".repeat(129) }));
  assert.equal((await roundTrip({ body: "x", messageId: "m".repeat(128) })).messageId.length, 128);
});

test("a date among the properties keeps its time", async () => {
  const when = new Date(1_700_000_000_123);

  const message = await roundTrip({ body: "x", applicationProperties: { when } });

  assert.equal(+message.applicationProperties.when, +when);
});
