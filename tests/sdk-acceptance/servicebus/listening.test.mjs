// Receivers that listen: subscribe() with its settling, errors and renewals.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, receiveOne, unique } from "./support.mjs";

const client = createClient();

// Listens until the handler calls done, and says what it was done with.
function listen(receiver, processMessage, options = {}) {
  return new Promise((resolve, reject) => {
    receiver.subscribe(
      { processMessage: (message) => processMessage(message, resolve), processError: async (args) => options.onError?.(args) ?? reject(args.error) },
      options,
    );
  });
}

test("a message is completed when its handler ends", async () => {
  const sender = client.createSender("listened");
  await sender.sendMessages([{ body: 1 }, { body: 2 }]);
  const receiver = client.createReceiver("listened");

  await listen(receiver, async (message, done) => message.body === 2 && done());
  await receiver.close();

  assert.deepEqual(await client.createReceiver("listened").peekMessages(10), []);
});

test("a handler that fails abandons its message and is told why", async () => {
  await client.createSender("listened").sendMessages({ body: "fails once" });
  const receiver = client.createReceiver("listened");
  const errors = [];

  const delivered = await listen(
    receiver,
    async (message, done) => {
      if (message.deliveryCount === 0) throw new Error("first try");
      done(message.deliveryCount);
    },
    { onError: (args) => errors.push(`${args.errorSource}: ${args.error.message}`) },
  );
  await receiver.close();

  assert.equal(delivered, 1);
  assert.deepEqual(errors, ["processMessageCallback: first try"]);
});

test("without autocompletion a handler settles by itself", async () => {
  await client.createSender("listened").sendMessages([{ body: "complete" }, { body: "dead-letter" }, { body: "defer" }]);
  const receiver = client.createReceiver("listened");
  let deferred;

  await listen(
    receiver,
    async (message, done) => {
      if (message.body === "complete") return receiver.completeMessage(message);
      if (message.body === "dead-letter") return receiver.deadLetterMessage(message, { deadLetterReason: "by handler" });
      deferred = message.sequenceNumber;
      await receiver.deferMessage(message);
      done();
    },
    { autoCompleteMessages: false, maxConcurrentCalls: 1 },
  );

  const [message] = await receiver.receiveDeferredMessages(deferred);
  await receiver.completeMessage(message);
  await receiver.close();
  const letters = client.createReceiver("listened", { subQueueType: "deadLetter", receiveMode: "receiveAndDelete" });
  assert.equal((await receiveOne(letters)).deadLetterReason, "by handler");
});

test("a listening receiver is told of an entity that does not exist", async () => {
  const receiver = client.createReceiver("missing");
  const code = await new Promise((resolve) => {
    receiver.subscribe({ processMessage: async () => {}, processError: async (args) => resolve(args.error.code) });
  });

  assert.equal(code, "MessagingEntityNotFound");
  await receiver.close();
});

test("a lock is renewed for as long as its handler works", { concurrency: true }, async () => {
  await client.createSender("renewed").sendMessages({ body: "slow" });
  const receiver = client.createReceiver("renewed", { maxAutoLockRenewalDurationInMs: 60_000 });
  const other = client.createReceiver("renewed");

  const message = await receiveOne(receiver);
  // Longer than the lock of 5 s: without renewal the other one would be served.
  assert.deepEqual(await other.receiveMessages(1, { maxWaitTimeInMs: 6_500 }), []);

  await receiver.completeMessage(message);
  await Promise.all([receiver.close(), other.close()]);
});

test("a session that is listened to keeps its lock, is completed in order and can be closed", async () => {
  const sender = client.createSender("listened-sessions");
  const sessionId = unique("listened");
  await sender.sendMessages([1, 2, 3].map((body) => ({ body, sessionId })));
  const session = await client.acceptSession("listened-sessions", sessionId);
  const seen = [];

  await listen(
    session,
    async (message, done) => {
      seen.push(message.body);
      await session.completeMessage(message);
      if (message.body === 3) done();
    },
    { maxConcurrentCalls: 1, autoCompleteMessages: false },
  );
  await session.close();

  assert.deepEqual(seen, [1, 2, 3]);
  const again = await client.acceptSession("listened-sessions", sessionId);
  assert.deepEqual(await again.peekMessages(10), []);
  await again.close();
});
