import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, receiveOne } from "./support.mjs";

const client = createClient();

test("a queue's default shortens the life of every message", async () => {
  await client.createSender("short-lived-kept").sendMessages({ body: "default" });
  await client.createSender("short-lived-kept").sendMessages({ body: "longer", timeToLive: 600_000 });

  const letters = client.createReceiver("short-lived-kept", { subQueueType: "deadLetter" });
  for (const body of ["default", "longer"]) {
    const letter = await receiveOne(letters);
    assert.equal(letter.body, body);
    assert.equal(letter.deadLetterReason, "TTLExpiredException");
    assert.equal(letter.timeToLive, 1_000);
    assert.equal(letter.expiresAtUtc.getTime(), letter.enqueuedTimeUtc.getTime() + 1_000);
    await letters.completeMessage(letter);
  }
  await letters.close();
});

test("without dead-lettering an expired message is gone", async () => {
  await client.createSender("short-lived").sendMessages({ body: "gone", timeToLive: 50 });
  await client.createSender("short-lived-kept").sendMessages({ body: "later" });

  // By the time that the other queue's message has expired, this one's has too.
  const clock = client.createReceiver("short-lived-kept", { subQueueType: "deadLetter", receiveMode: "receiveAndDelete" });
  while ((await receiveOne(clock)).body !== "later");

  const receiver = client.createReceiver("short-lived");
  assert.deepEqual(await receiver.peekMessages(10), []);
  const letters = client.createReceiver("short-lived", { subQueueType: "deadLetter" });
  assert.deepEqual(await letters.peekMessages(10), []);
});
