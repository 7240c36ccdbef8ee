import { networkInterfaces } from 'node:os';
import t from 'tap';
import { broadcastAddress, broadcastInterfaces, linkTo } from '../../src/transports/interfaces.js';

t.test('broadcast addresses', (t) => {
  const ROWS = [
    ['192.168.0.20', '255.255.255.0', '192.168.0.255'],
    ['10.1.2.3', '255.255.252.0', '10.1.3.255'],
    ['172.16.200.1', '255.240.0.0', '172.31.255.255'],
    ['192.168.7.129', '255.255.255.128', '192.168.7.255'],
    ['192.168.7.1', '255.255.255.255', '192.168.7.1'],
    ['127.0.0.1', '255.0.0.0', '127.255.255.255'],
  ] as const;
  for (const [address, netmask, broadcast] of ROWS) t.equal(broadcastAddress(address, netmask), broadcast);
  t.end();
});

t.test('loopback only when it is named', (t) => {
  const loopback = { name: 'lo', address: '127.0.0.1', netmask: '255.0.0.0', broadcast: '127.255.255.255' };
  t.same(broadcastInterfaces(['lo']), [loopback]);
  t.same(broadcastInterfaces(['nix']), []);
  const all = broadcastInterfaces([]);
  t.ok(all.every(({ address }) => !address.startsWith('127.')));
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
  t.equal(all.length, addresses.filter(({ family, internal }) => family === 'IPv4' && !internal).length);
  t.end();
});

t.test('which interface reaches a peer', (t) => {
  const link = (name: string, address: string, netmask = '255.255.255.0') => ({ name, address, netmask });
  const LINKS = [
    link('lo', '127.0.0.1', '255.0.0.0'),
    link('eth0', '192.168.0.2'),
    link('eth0', '10.0.0.2'),
    link('wlan0', '192.168.1.2'),
  ];
  const ROWS = [
    ['192.168.0.31', 'eth0', '192.168.0.2', 'the interface that it was heard on'],
    ['10.0.0.31', 'eth0', '10.0.0.2', 'by its second address'],
    ['192.168.1.31', '', '192.168.1.2', 'the one in whose network the peer is'],
    ['127.0.0.5', '', '127.0.0.1', 'loopback'],
    ['8.8.8.8', '', '192.168.0.2', 'somewhere else: by the first that is not loopback'],
    ['wallbox.lan', '', '192.168.0.2', 'a name'],
    ['8.8.8.8', 'wlan0', '192.168.1.2', 'from another network, heard on a named one'],
    ['192.168.1.31', 'eth7', '192.168.1.2', 'heard on one that is gone'],
  ] as const;
  for (const [host, via, address, why] of ROWS) t.equal(linkTo(LINKS, { host, via })?.address, address, why);
  t.equal(
    linkTo(LINKS.slice(0, 1), { host: '192.168.0.31', via: '' }),
    undefined,
    'never from loopback to the outside',
  );
  t.equal(linkTo([], { host: '127.0.0.1', via: '' }), undefined);
  t.end();
});
