// A guard against hangs, not a budget: retries of event handlers alone take nine seconds.
const patience = 30_000;

// What is waited for, or an error that names it.
export async function within(what, promise) {
  let timer;
  const guard = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Waited in vain for ${what}.`)), patience);
  });
  try {
    return await Promise.race([promise, guard]);
  } finally {
    clearTimeout(timer);
  }
}
