import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, patience, receiveCount, receiveOne, unique } from "./support.mjs";

const client = createClient();

test("a message arrives with everything its sender gave it", async () => {
  const sent = {
    body: { text: "grüße, мир, 世界", list: [1, 2, 3] },
    messageId: unique("message"),
    correlationId: "correlation",
    subject: "greeting",
    to: "somebody",
    replyTo: "answers",
    replyToSessionId: "answer-session",
    contentType: "application/json",
    timeToLive: 3_600_000,
    partitionKey: "a-partition",
    applicationProperties: { text: "t", number: 1.5, whole: 42, yes: true, no: false, nothing: null },
  };
  const before = Date.now();
  await client.createSender("plain").sendMessages(sent);

  const receiver = client.createReceiver("plain");
  const message = await receiveOne(receiver);

  for (const name of Object.keys(sent)) {
    assert.deepEqual(message[name], sent[name], name);
  }
  assert.equal(message.deliveryCount, 0);
  assert.equal(message.state, "active");
  assert.ok(message.sequenceNumber.toNumber() >= 1);
  assert.ok(message.enqueuedTimeUtc.getTime() >= before - 1_000);
  assert.equal(message.expiresAtUtc.getTime(), message.enqueuedTimeUtc.getTime() + sent.timeToLive);
  assert.match(message.lockToken, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  const locked = message.lockedUntilUtc.getTime() - Date.now();
  assert.ok(locked > 30_000 && locked <= 60_000, `locked for ${locked} ms`);
  await receiver.completeMessage(message);
  await receiver.close();
});

test("bodies of every kind come back as they were sent", async () => {
  const sender = client.createSender("plain");
  const receiver = client.createReceiver("plain", { receiveMode: "receiveAndDelete" });
  for (const body of ["text", "", 7, true, null, [1, "two"], { deep: { deeper: [{}] } }, Buffer.from([0, 255, 1])]) {
    await sender.sendMessages({ body });

    const message = await receiveOne(receiver);

    assert.deepEqual(message.body, body);
  }
  await receiver.close();
});

test("AMQP value and sequence bodies are kept", async () => {
  const sender = client.createSender("plain");
  const receiver = client.createReceiver("plain", { receiveMode: "receiveAndDelete" });
  await sender.sendMessages({ bodyType: "value", body: { a: 1 } });
  await sender.sendMessages({ bodyType: "sequence", body: [1, 2, 3] });

  const [value, sequence] = await receiveCount(receiver, 2);

  assert.deepEqual(value.body, { a: 1 });
  assert.equal(value._rawAmqpMessage.bodyType, "value");
  assert.deepEqual(sequence.body, [1, 2, 3]);
  assert.equal(sequence._rawAmqpMessage.bodyType, "sequence");
  await receiver.close();
});

test("a message without an id is given one", async () => {
  await client.createSender("plain").sendMessages({ body: "no id" });

  const receiver = client.createReceiver("plain");
  const message = await receiveOne(receiver);

  assert.ok(message.messageId, "the service assigns an id");
  await receiver.completeMessage(message);
  await receiver.close();
});

test("receive and delete takes the message at once", async () => {
  await client.createSender("plain").sendMessages({ body: "gone" });
  const receiver = client.createReceiver("plain", { receiveMode: "receiveAndDelete" });

  const message = await receiveOne(receiver);

  assert.equal(message.body, "gone");
  assert.equal(message.lockToken, undefined);
  assert.deepEqual(await client.createReceiver("plain").peekMessages(1, { fromSequenceNumber: message.sequenceNumber }), []);
  await receiver.close();
});

test("an empty queue answers an empty list when the wait is over, and the receiver stays usable", async () => {
  const receiver = client.createReceiver("plain");

  assert.deepEqual(await receiver.receiveMessages(10, { maxWaitTimeInMs: 200 }), []);

  await client.createSender("plain").sendMessages({ body: "after the drain" });
  const message = await receiveOne(receiver);
  assert.equal(message.body, "after the drain");
  await receiver.completeMessage(message);
  await receiver.close();
});

test("a subscription streams messages in their order, with as many at once as it asked for", async () => {
  const sender = client.createSender("streamed");
  const receiver = client.createReceiver("streamed");
  const seen = [];
  let atOnce = 0;
  let most = 0;
  const all = new Promise((resolve, reject) => {
    receiver.subscribe(
      {
        async processMessage(message) {
          most = Math.max(most, ++atOnce);
          seen.push(message.body);
          await Promise.resolve();
          atOnce--;
          if (seen.length === 200) resolve();
        },
        async processError(args) {
          reject(args.error);
        },
      },
      { maxConcurrentCalls: 4 },
    );
  });

  for (let i = 0; i < 200; i += 20) {
    await sender.sendMessages(Array.from({ length: 20 }, (_, k) => ({ body: i + k })));
  }
  await all;

  assert.deepEqual(seen, Array.from({ length: 200 }, (_, i) => i));
  assert.ok(most <= 4, `${most} at once`);
  await receiver.close();
});

test("many senders at once lose nothing and repeat nothing", async () => {
  const sender = client.createSender("streamed");
  const ids = Array.from({ length: 300 }, (_, i) => `parallel-${i}`);

  await Promise.all(ids.map((messageId) => sender.sendMessages({ body: messageId, messageId })));

  const receiver = client.createReceiver("streamed", { receiveMode: "receiveAndDelete" });
  const received = await receiveCount(receiver, ids.length);
  assert.deepEqual(received.map((message) => message.messageId).sort(), [...ids].sort());
  await receiver.close();
});

test("two receivers share a queue", async () => {
  const [first, second] = [client.createReceiver("streamed"), client.createReceiver("streamed")];
  const seen = new Set();
  const all = new Promise((resolve, reject) => {
    for (const receiver of [first, second]) {
      receiver.subscribe({
        async processMessage(message) {
          assert.ok(!seen.has(message.body), `twice: ${message.body}`);
          seen.add(message.body);
          if (seen.size === 40) resolve();
        },
        async processError(args) {
          reject(args.error);
        },
      });
    }
  });

  await client.createSender("streamed").sendMessages(Array.from({ length: 40 }, (_, i) => ({ body: `shared-${i}` })));

  await all;
  await Promise.all([first.close(), second.close()]);
});

test("peeking shows messages without locking them, from any number on", async () => {
  const sender = client.createSender("peeked");
  await sender.sendMessages([{ body: "one" }, { body: "two" }, { body: "three" }]);
  const receiver = client.createReceiver("peeked");

  const peeked = await receiver.peekMessages(10);
  assert.deepEqual(peeked.map((message) => message.body), ["one", "two", "three"]);
  assert.equal(peeked[0].state, "active");
  const later = await receiver.peekMessages(10, { fromSequenceNumber: peeked[1].sequenceNumber });
  assert.deepEqual(later.map((message) => message.body), ["two", "three"]);

  const [bare] = await receiver.peekMessages(1, {
    fromSequenceNumber: peeked[0].sequenceNumber,
    omitMessageBody: true,
  });
  assert.equal(bare.messageId, peeked[0].messageId);
  assert.equal(bare.body, undefined);

  const received = await receiveCount(receiver, 3);
  assert.deepEqual(received.map((message) => message.deliveryCount), [0, 0, 0]);
  for (const message of received) {
    await receiver.completeMessage(message);
  }
  assert.deepEqual(await client.createReceiver("peeked").peekMessages(10), []);
  await receiver.close();
});

test("a repeated message id within the window is accepted and dropped", async () => {
  const sender = client.createSender("unique");
  const messageId = unique("once");
  await sender.sendMessages({ body: "first", messageId });
  await sender.sendMessages({ body: "second", messageId });
  await sender.sendMessages({ body: "other", messageId: unique("once") });

  const receiver = client.createReceiver("unique", { receiveMode: "receiveAndDelete" });
  const received = await receiveCount(receiver, 2);

  assert.deepEqual(received.map((message) => message.body), ["first", "other"]);
  await receiver.close();
});

test("an expired message goes to the dead-letter queue", async () => {
  await client.createSender("expiring").sendMessages({ body: "late", timeToLive: 50 });

  const dead = client.createReceiver("expiring", { subQueueType: "deadLetter" });
  const message = await receiveOne(dead, patience);

  assert.equal(message.body, "late");
  assert.equal(message.deadLetterReason, "TTLExpiredException");
  await dead.completeMessage(message);
  await dead.close();
});
