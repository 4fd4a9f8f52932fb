import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, patience, receiveCount, receiveOne, unique } from "./support.mjs";

const client = createClient();

test("a session's lock that runs out frees the session, and its holder is told so", async () => {
  const sender = client.createSender("short-sessions");
  const sessionId = unique("lost");
  await sender.sendMessages([{ body: "held", sessionId }, { body: "next", sessionId }]);
  const slow = await client.acceptSession("short-sessions", sessionId, { maxAutoLockRenewalDurationInMs: 0 });
  const [held] = await receiveCount(slow, 1);

  // Served the moment the lock ends.
  const taker = createClient({ retryOptions: { maxRetries: 0, timeoutInMs: patience } });
  const other = await taker.acceptNextSession("short-sessions");
  assert.equal(other.sessionId, sessionId);
  const again = await receiveCount(other, 2);

  assert.deepEqual(again.map((message) => [message.body, message.deliveryCount]), [["held", 1], ["next", 0]]);
  await assert.rejects(slow.completeMessage(held), { code: "SessionLockLost" });
  await assert.rejects(slow.renewSessionLock(), { code: "SessionLockLost" });
  await assert.rejects(slow.setSessionState("x"), { code: "SessionLockLost" });
  for (const message of again) await other.completeMessage(message);
  await Promise.all([slow.close(), other.close()]);
});

test("a session's lock is renewed by its holder without being asked", async () => {
  const sessionId = unique("renewed");
  const session = await client.acceptSession("short-sessions", sessionId);
  const first = session.sessionLockedUntilUtc.getTime();
  const waiting = createClient({ retryOptions: { maxRetries: 0, timeoutInMs: 6_500 } });

  // Longer than the lock of 5 s.
  await assert.rejects(waiting.acceptNextSession("short-sessions"), { code: "ServiceTimeout" });

  assert.ok(session.sessionLockedUntilUtc.getTime() > first);
  await session.setSessionState("still mine");
  await assert.rejects(waiting.acceptSession("short-sessions", sessionId), { code: "SessionCannotBeLocked" });
  await session.setSessionState(null);
  await session.close();
});

test("a lock is gone with its message: settling twice and renewing afterwards are refused", async () => {
  await client.createSender("locked").sendMessages({ body: "once" });
  const receiver = client.createReceiver("locked");
  const message = await receiveOne(receiver);
  await receiver.completeMessage(message);

  await assert.rejects(receiver.renewMessageLock(message), { code: "MessageLockLost" });
  await assert.rejects(client.createReceiver("locked").abandonMessage(message));
  await receiver.close();
});
