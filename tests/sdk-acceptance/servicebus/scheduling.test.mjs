import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, patience, receiveOne } from "./support.mjs";

const client = createClient();
const sender = client.createSender("scheduled");

test("a scheduled message comes when it is due, with a new number", async () => {
  const due = new Date(Date.now() + 700);
  const [number] = await sender.scheduleMessages([{ body: "due" }], due);
  const receiver = client.createReceiver("scheduled");
  const [waiting] = await receiver.peekMessages(1, { fromSequenceNumber: number });
  assert.equal(waiting.state, "scheduled");
  assert.equal(waiting.scheduledEnqueueTimeUtc.getTime(), due.getTime());

  const message = await receiveOne(receiver, patience);

  assert.equal(message.body, "due");
  assert.ok(Date.now() >= due.getTime() - 50, "not before its time");
  await receiver.completeMessage(message);
  await receiver.close();
});

test("a message sent with a time in the future is scheduled too", async () => {
  const due = new Date(Date.now() + 400);
  await sender.sendMessages({ body: "by property", scheduledEnqueueTimeUtc: due });

  const receiver = client.createReceiver("scheduled");
  const message = await receiveOne(receiver, patience);

  assert.equal(message.body, "by property");
  assert.ok(Date.now() >= due.getTime() - 50);
  await receiver.completeMessage(message);
  await receiver.close();
});

test("cancelled messages never come, and cannot be cancelled twice", async () => {
  const numbers = await sender.scheduleMessages(
    [{ body: "never" }, { body: "never either" }],
    new Date(Date.now() + 60_000),
  );
  assert.equal(numbers.length, 2);

  await sender.cancelScheduledMessages(numbers);

  const receiver = client.createReceiver("scheduled");
  assert.deepEqual(await receiver.peekMessages(10), []);
  await assert.rejects(sender.cancelScheduledMessages(numbers), { code: "MessageNotFound" });
  await receiver.close();
});

test("scheduled messages are peeked with their state, and many are scheduled and cancelled at once", async () => {
  const due = new Date(Date.now() + 3_600_000);
  const numbers = await sender.scheduleMessages(
    Array.from({ length: 100 }, (_, i) => ({ body: i, messageId: `scheduled-${i}` })), due);
  const receiver = client.createReceiver("scheduled");

  const peeked = await receiver.peekMessages(100, { fromSequenceNumber: numbers[0] });

  assert.deepEqual(peeked.map((message) => message.body), Array.from({ length: 100 }, (_, i) => i));
  assert.ok(peeked.every((message) => message.state === "scheduled"));
  await sender.cancelScheduledMessages(numbers);
  assert.deepEqual(await receiver.peekMessages(1, { fromSequenceNumber: numbers[0] }), []);
  await receiver.close();
});
