import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, receiveCount, receiveOne, unique } from "./support.mjs";

const client = createClient();

async function deferAll(receiver, bodies) {
  await client.createSender("deferred").sendMessages(bodies.map((body) => ({ body })));
  const messages = await receiveCount(receiver, bodies.length);
  for (const message of messages) await receiver.deferMessage(message);
  return messages.map((message) => message.sequenceNumber);
}

test("deferred messages are received together, and all or none", async () => {
  const receiver = client.createReceiver("deferred");
  const numbers = await deferAll(receiver, ["a", "b"]);

  await assert.rejects(
    receiver.receiveDeferredMessages([numbers[0], numbers[1].add(1_000)]), { code: "MessageNotFound" });
  const messages = await receiver.receiveDeferredMessages(numbers);

  assert.deepEqual(messages.map((message) => message.body), ["a", "b"]);
  assert.ok(messages.every((message) => message.state === "deferred"));
  for (const message of messages) await receiver.completeMessage(message);
  await receiver.close();
});

test("a deferred message that is received is locked, and its lock can be renewed", async () => {
  const receiver = client.createReceiver("deferred");
  const [number] = await deferAll(receiver, ["locked"]);
  const [message] = await receiver.receiveDeferredMessages(number);

  await assert.rejects(receiver.receiveDeferredMessages(number), { code: "MessageNotFound" });
  const until = await receiver.renewMessageLock(message);

  assert.ok(until.getTime() > Date.now() + 30_000);
  await receiver.completeMessage(message);
  await receiver.close();
});

test("a deferred message that is abandoned stays deferred, with its changes and one failure more", async () => {
  const receiver = client.createReceiver("deferred");
  const [number] = await deferAll(receiver, ["again"]);
  const [first] = await receiver.receiveDeferredMessages(number);
  await receiver.abandonMessage(first, { tried: "once" });

  assert.deepEqual(await receiver.receiveMessages(1, { maxWaitTimeInMs: 200 }), []);
  const [second] = await receiver.receiveDeferredMessages(number);

  assert.equal(second.deliveryCount, first.deliveryCount + 1);
  assert.equal(second.applicationProperties.tried, "once");
  await receiver.deferMessage(second);
  const [third] = await receiver.receiveDeferredMessages(number);
  await receiver.deadLetterMessage(third, { deadLetterReason: "enough", deadLetterErrorDescription: "deferred twice" });
  const letters = client.createReceiver("deferred", { subQueueType: "deadLetter" });
  const letter = await receiveOne(letters);
  assert.equal(letter.body, "again");
  assert.equal(letter.deadLetterReason, "enough");
  assert.equal(letter.deadLetterErrorDescription, "deferred twice");
  await letters.completeMessage(letter);
  await Promise.all([receiver.close(), letters.close()]);
});

test("a deferred message can be received and deleted", async () => {
  const receiver = client.createReceiver("deferred");
  const [number] = await deferAll(receiver, ["taken"]);
  const taker = client.createReceiver("deferred", { receiveMode: "receiveAndDelete" });

  const [message] = await taker.receiveDeferredMessages(number);

  assert.equal(message.body, "taken");
  assert.deepEqual(await receiver.peekMessages(10, { fromSequenceNumber: number }), []);
  await Promise.all([receiver.close(), taker.close()]);
});

test("a session's deferred messages belong to who holds the session", async () => {
  const sessionId = unique("deferred");
  await client.createSender("sessions").sendMessages({ body: "mine", sessionId });
  const session = await client.acceptSession("sessions", sessionId);
  const message = await receiveOne(session);
  await session.deferMessage(message, { kept: true });
  await session.close();

  const other = await client.acceptSession("sessions", unique("other"));
  await assert.rejects(other.receiveDeferredMessages(message.sequenceNumber), { code: "MessageNotFound" });
  const again = await client.acceptSession("sessions", sessionId);
  const [deferred] = await again.receiveDeferredMessages(message.sequenceNumber);
  assert.equal(deferred.applicationProperties.kept, true);
  await again.abandonMessage(deferred);
  const [once] = await again.receiveDeferredMessages(message.sequenceNumber);
  await again.completeMessage(once);
  await Promise.all([other.close(), again.close()]);
});
