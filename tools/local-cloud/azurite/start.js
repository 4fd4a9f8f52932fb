// Starts Azurite's table service as a part of the local stack. Two things that Azurite itself does not do: it says which port it
// got where it was asked for any, and it ends when its parent does.
const net = require('node:net');
const path = require('node:path');

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...args) {
  this.once('listening', () => console.log(JSON.stringify({ ready: 'azurite', port: this.address().port })));
  return listen.apply(this, args);
};

process.stdin.on('end', () => process.exit(0)).resume();
require(path.join(process.cwd(), 'node_modules/azurite/dist/src/table/main.js'));
