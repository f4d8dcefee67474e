// What node-av takes for granted and Node.js 18 and 20 lack.
Promise.withResolvers ??= function () {
  let resolve;
  let reject;
  const promise = new this((onFulfilled, onRejected) => {
    resolve = onFulfilled;
    reject = onRejected;
  });
  return { promise, resolve, reject };
};
Symbol.dispose ??= Symbol("dispose");
Symbol.asyncDispose ??= Symbol("asyncDispose");
