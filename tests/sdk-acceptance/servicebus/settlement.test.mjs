import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, patience, receiveOne, unique } from "./support.mjs";

const client = createClient();

async function sendAndReceive(queue, body) {
  await client.createSender(queue).sendMessages({ body, messageId: unique("settle"), applicationProperties: { kept: "yes" } });
  const receiver = client.createReceiver(queue);
  const message = await receiveOne(receiver);
  assert.equal(message.body, body);
  return { receiver, message };
}

test("a completed message is gone", async () => {
  const { receiver, message } = await sendAndReceive("settling", "complete me");

  await receiver.completeMessage(message);

  assert.deepEqual(await receiver.receiveMessages(1, { maxWaitTimeInMs: 200 }), []);
  await receiver.close();
});

test("an abandoned message comes again, counted, with its properties changed", async () => {
  const { receiver, message } = await sendAndReceive("settling", "abandon me");

  await receiver.abandonMessage(message, { attempt: 1, kept: "changed" });
  const again = await receiveOne(receiver);

  assert.equal(again.messageId, message.messageId);
  assert.equal(again.deliveryCount, 1);
  assert.deepEqual(again.applicationProperties, { kept: "changed", attempt: 1 });
  await receiver.completeMessage(again);
  await receiver.close();
});

test("a dead letter carries reason, description and properties", async () => {
  const { receiver, message } = await sendAndReceive("settling", "dead-letter me");

  await receiver.deadLetterMessage(message, {
    deadLetterReason: "broken",
    deadLetterErrorDescription: "it does not parse",
    extra: "more",
  });

  const dead = client.createReceiver("settling", { subQueueType: "deadLetter" });
  const letter = await receiveOne(dead);
  assert.equal(letter.messageId, message.messageId);
  assert.equal(letter.deadLetterReason, "broken");
  assert.equal(letter.deadLetterErrorDescription, "it does not parse");
  assert.equal(letter.applicationProperties.extra, "more");
  assert.equal(letter.applicationProperties.kept, "yes");
  await dead.completeMessage(letter);
  await Promise.all([receiver.close(), dead.close()]);
});

test("a deferred message is received by its number only, and can be settled then", async () => {
  const { receiver, message } = await sendAndReceive("settling", "defer me");

  await receiver.deferMessage(message, { deferred: true });

  assert.deepEqual(await receiver.receiveMessages(1, { maxWaitTimeInMs: 200 }), []);
  const [peeked] = await receiver.peekMessages(1, { fromSequenceNumber: message.sequenceNumber });
  assert.equal(peeked.state, "deferred");
  const [deferred] = await receiver.receiveDeferredMessages(message.sequenceNumber);
  assert.equal(deferred.messageId, message.messageId);
  assert.equal(deferred.applicationProperties.deferred, true);
  await receiver.completeMessage(deferred);
  await assert.rejects(receiver.receiveDeferredMessages(message.sequenceNumber), { code: "MessageNotFound" });
  await receiver.close();
});

test("after the last delivery allowed a message is dead-lettered", async () => {
  const { receiver, message } = await sendAndReceive("two-deliveries", "too often");
  await receiver.abandonMessage(message);
  const second = await receiveOne(receiver);
  assert.equal(second.deliveryCount, 1);
  await receiver.abandonMessage(second);

  const dead = client.createReceiver("two-deliveries", { subQueueType: "deadLetter" });
  const letter = await receiveOne(dead);

  assert.equal(letter.messageId, message.messageId);
  assert.equal(letter.deadLetterReason, "MaxDeliveryCountExceeded");
  await dead.completeMessage(letter);
  await Promise.all([receiver.close(), dead.close()]);
});

test("renewing a lock moves its end", async () => {
  const { receiver, message } = await sendAndReceive("settling", "renew me");
  const first = message.lockedUntilUtc.getTime();

  const renewed = await receiver.renewMessageLock(message);

  assert.ok(renewed.getTime() >= first);
  await receiver.completeMessage(message);
  await receiver.close();
});

test("a lock that ran out frees the message, and settling it is refused", async () => {
  await client.createSender("short-locks").sendMessages({ body: "slow" });
  const slow = client.createReceiver("short-locks", { maxAutoLockRenewalDurationInMs: 0 });
  const message = await receiveOne(slow);

  // The other receiver is served the moment the lock ends.
  const other = client.createReceiver("short-locks");
  const again = await receiveOne(other, patience);

  assert.equal(again.messageId, message.messageId);
  assert.equal(again.deliveryCount, 1);
  await assert.rejects(slow.completeMessage(message), { code: "MessageLockLost" });
  await other.completeMessage(again);
  await Promise.all([slow.close(), other.close()]);
});

test("a lock outlives its receiver", async () => {
  const { receiver, message } = await sendAndReceive("settling", "settle later");
  await receiver.close();

  const other = client.createReceiver("settling");
  assert.deepEqual(await other.receiveMessages(1, { maxWaitTimeInMs: 200 }), []);

  await other.completeMessage(message);
  await other.close();
});

test("a dead letter that is sent again is a new message, without what the service said of the old one", async () => {
  const { receiver, message } = await sendAndReceive("settling", "try again");
  await receiver.deadLetterMessage(message, { deadLetterReason: "first try" });
  const dead = client.createReceiver("settling", { subQueueType: "deadLetter" });
  const letter = await receiveOne(dead);

  await client.createSender("settling").sendMessages(letter);
  await dead.completeMessage(letter);
  const taker = client.createReceiver("settling", { receiveMode: "receiveAndDelete" });
  const again = await receiveOne(taker);

  assert.equal(again.body, "try again");
  assert.ok(again.sequenceNumber.greaterThan(letter.sequenceNumber));
  assert.equal(again.deliveryCount, 0);
  assert.equal(again.deadLetterSource, undefined);
  assert.equal(again.lockedUntilUtc, undefined);
  await Promise.all([receiver.close(), dead.close(), taker.close()]);
});
