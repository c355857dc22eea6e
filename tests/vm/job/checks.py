"""What the stock kernel has and the others lack: cgroup version 2, user quota of ext4 and XFS, the systemd unit, ssh. A line for each check."""
import http.client, json, os, socket, subprocess, sys, time

UID, HOME = 30001, '/containers/30001'
RELAY = '/usr/lib/uwsgiit/uwsgiit-relay'
GROUP = f'/sys/fs/cgroup/uwsgiit/{UID}'
failed = 0


def check(name, condition, seen=''):
    global failed
    failed += not condition
    print(f'{"ok" if condition else "FAILED"}: {name}{"" if condition else f": {seen}"}', flush=True)


class Control(http.client.HTTPConnection):
    def __init__(self):
        super().__init__('control', timeout=120)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect('/run/uwsgiit/containerd.sock')


def ask(path, method='GET'):
    control = Control()
    control.request(method, path)
    text = control.getresponse().read()
    control.close()
    return text.decode()


def container():
    try:
        return next((item for item in json.loads(ask('/containers')) if item['uid'] == UID), {})
    except OSError:
        return {}


def until(condition, seconds=180):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.2)
    return condition()


def run(*words, **options):
    done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=600, text=True, errors='replace', **({} if 'input' in options else {'stdin': subprocess.DEVNULL}), **options)
    return done.returncode, done.stdout.strip()


def inside(line):
    return run(RELAY, 'session', str(UID), '--', 'sh', '-c', line)


def value(name):
    with open(f'{GROUP}/{name}') as file:
        return file.read().strip()


def define(**changes):
    definition = {'uid': UID, 'name': 'in the machine', 'distro': 'debian-12', 'memory': 128 << 20, 'storage': 64 << 20, 'inodes': 3000, 'pids': 80,
                  'cpu_weight': 200, 'cpu_max': 0.5, 'ssh_keys': [open('/run/key.pub').read().strip()], **changes}
    with open(f'/etc/uwsgiit/containers/{UID}.new', 'w') as file:
        json.dump(definition, file)
    os.rename(f'/etc/uwsgiit/containers/{UID}.new', f'/etc/uwsgiit/containers/{UID}.json')


def put(name, text):
    with open(f'{HOME}/{name}', 'w') as file:
        file.write(text)
    os.chown(f'{HOME}/{name}', UID, UID)


def answer():
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(60)
            connection.connect(f'{HOME}/run/app.sock')
            connection.sendall(b'GET / HTTP/1.0\r\n\r\n')
            text = b''
            while chunk := connection.recv(4096):
                text += chunk
            return text.endswith(b'from the machine')
    except OSError:
        return False


def unit():
    code, output = run('systemctl', 'start', 'uwsgiit-containerd')
    check('the unit starts and says that it is ready', code == 0, output + run('journalctl', '-u', 'uwsgiit-containerd', '--no-pager')[1][-2000:])
    return code == 0


def quota(kind):
    # Bytes and inodes, as the customer, through the container.
    code, output = inside('head -c 100000000 /dev/zero > ~/big')
    check(f'{kind}: more bytes than the storage are refused', code != 0 and 'quota exceeded' in output.lower(), f'{code} {output}')
    check(f'{kind}: what was written is what was allowed', 50 << 20 < os.path.getsize(f'{HOME}/big') <= 64 << 20, os.path.getsize(f'{HOME}/big'))
    usage = container().get('usage', {})
    check(f'{kind}: use and bounds are reported', usage.get('disk_limit') == 64 << 20 and usage.get('inodes_limit') == 3000 and usage.get('disk', 0) > 50 << 20, usage)
    inside('rm ~/big')
    code, output = inside('mkdir ~/many && cd ~/many && i=0; while [ $i -lt 3200 ]; do : > $i || exit 3; i=$((i+1)); done')
    check(f'{kind}: more files than allowed are refused', code != 0 and 'quota exceeded' in output.lower(), f'{code} {output[-300:]}')
    inside('rm -r ~/many')


def quota_of_ext4():
    quota('ext4')


def limits():
    check('memory.max', value('memory.max') == str(128 << 20), value('memory.max'))
    check('pids.max', value('pids.max') == '80', value('pids.max'))
    check('cpu.weight', value('cpu.weight') == '200', value('cpu.weight'))
    check('cpu.max', value('cpu.max') == '50000 100000', value('cpu.max'))
    pid = container()['process_id']
    define(memory=192 << 20, cpu_max=1.5)
    check('limits are changed live', until(lambda: value('memory.max') == str(192 << 20) and value('cpu.max') == '150000 100000'), value('memory.max'))
    define()
    until(lambda: value('memory.max') == str(128 << 20))
    check('without a restart', container().get('process_id') == pid, container())


def alarms():
    code, output = inside("python3 -c \"print('start', flush=True); x = bytearray(300000000); print('survived')\"")
    check('the greedy one is killed', 'start' in output and 'survived' not in output, output)
    check('the kernel tells of it (memory.events)', until(lambda: 'OUT OF MEMORY' in ask('/events?last=1000')), ask('/events?last=20'))
    inside("python3 -c 'import os, signal\nchildren = []\ntry:\n    while len(children) < 200:\n        child = os.fork()\n        if child == 0:\n            signal.pause()\n        children.append(child)\nexcept OSError:\n    pass\nfor child in children:\n    os.kill(child, 9)'")
    check('the kernel tells of refused forks (pids.events)', until(lambda: 'it may have 80' in ask('/events?last=1000')), ask('/events?last=20'))
    check('pid 1 lives on', container().get('phase') == 'running', container())


def vassal():
    put('greedy.py', f'import os, time\nif os.fork() == 0:\n    time.sleep(600)\nopen("{HOME}/greedy.started", "w").close()\nwhile not os.path.exists("{HOME}/greedy.go"):\n    time.sleep(0.1)\nx = bytearray(100 << 20)\ntime.sleep(600)\n')
    put('vassals/greedy.ini', f'[program]\nexec = python3 {HOME}/greedy.py\nmemory = 32M\ncpu-weight = 50\nrestart = never\n')
    own = 'vassal-greedy.ini'
    pid, before = container()['process_id'], ask('/events?last=1000').count('OUT OF MEMORY')
    check('a vassal has limits of its own', until(lambda: os.path.exists(f'{HOME}/greedy.started') and value(f'{own}/memory.max') == str(32 << 20) and value(f'{own}/cpu.weight') == '50' and value(f'{own}/memory.oom.group') == '1'),
          inside('cat ~/logs/emperor.log')[1][-1000:])
    check('it is in its group, with its child', len(value(f'{own}/cgroup.procs').split()) == 2, value(f'{own}/cgroup.procs'))
    put('greedy.go', '')
    check('greedy, it dies with its child', until(lambda: value(f'{own}/cgroup.procs') == ''), value(f'{own}/cgroup.procs'))
    check('the others and pid 1 live on', answer() and container().get('process_id') == pid, container())
    check('the kill is counted for the container', 'oom_kill 0' not in value('memory.events').splitlines(), value('memory.events'))


def isolation():
    code, output = inside('cat /proc/self/uid_map; stat -c %u /usr /dev/null')
    check('a user namespace of its own, with the distro and devices as its root\'s', code == 0 and f'{UID} {UID} 1' in ' '.join(output.split()) and output.endswith('0\n0'), output)
    check('no capabilities, no new ones, seccomp', inside("grep -cE '^(Cap(Inh|Prm|Eff|Bnd|Amb):\\s0{16}|NoNewPrivs:\\s1|Seccomp:\\s2)$' /proc/self/status") == (0, '7'), inside('grep -E "Cap|Priv|Secc" /proc/self/status'))
    check('no user namespace of its own', inside('unshare -U true')[0] != 0)
    code, output = inside('cat /proc/self/attr/current')
    check('under the profile of AppArmor', output == 'uwsgiit-container (enforce)', output)
    check('pid 1 too', open(f'/proc/{container()["process_id"]}/attr/current').read().strip('\0\n') == 'uwsgiit-container (enforce)')
    # With "|" the kernel starts a program of the host's for a crash.
    with open('/run/crash', 'w') as file:
        file.write('#!/bin/sh\necho $1 >>/run/crashed\n')
    os.chmod('/run/crash', 0o755)
    with open('/proc/sys/kernel/core_pattern', 'w') as file:
        file.write('|/run/crash %e')
    run('sh', '-c', 'ulimit -c 0; kill -SEGV $$')
    check('a crash of the host\'s own starts the program', until(lambda: os.path.exists('/run/crashed'), 20))
    before = open('/run/crashed').read() if os.path.exists('/run/crashed') else ''
    inside('sh -c "kill -SEGV \\$\\$"; sleep 1')
    check('a crash in a container does not', (open('/run/crashed').read() if os.path.exists('/run/crashed') else '') == before)
    check('and the daemon warns of it', any('core_pattern' in fault for fault in json.loads(ask('/stats'))['features']['weak_settings']), ask('/stats')[:1000])
    check('no tun device, no kernel log', inside('cat /dev/net/tun /dev/kmsg')[0] != 0)


def network():
    # Another server in a namespace of its own, by the kernel's WireGuard: what our daemon makes of the files, against wg(8) and ip(8).
    keys = [run('wg', 'genkey')[1]]
    keys.append(run('wg', 'pubkey', input=keys[0])[1])
    open('/run/there.key', 'w').write(keys[0])
    for line in ('netns add there', 'link add wan type veth peer name wan netns there', 'addr add 192.0.2.1/24 dev wan', 'link set wan up', '-n there addr add 192.0.2.2/24 dev wan', '-n there link set wan up',
                 '-n there link add wg0 type wireguard', '-n there addr add 10.0.1.246/32 dev wg0', '-n there addr add 10.0.1.247/32 dev wg0', '-n there link set wg0 up', '-n there route add 10.0.0.3/32 dev wg0 src 10.0.1.246'):
        code, output = run('ip', *line.split())
        check(f'ip {line}', code == 0, output) if code else None
    own = open('/var/lib/uwsgiit/containerd/network.pub').read().strip()
    code, output = run('ip', 'netns', 'exec', 'there', 'wg', 'set', 'wg0', 'listen-port', '51820', 'private-key', '/run/there.key', 'peer', own, 'endpoint', '192.0.2.1:51820', 'allowed-ips', '10.0.0.3/32')
    check('the other server is set up', code == 0, output)
    pid = container()['process_id']
    define(links=[30500])
    with open('/etc/uwsgiit/network.new', 'w') as file:
        json.dump({'remotes': {'30500': '192.0.2.2:999'}, 'tunnels': {'192.0.2.2:999': keys[1]}, 'wire_guards': {'192.0.2.2:999': '192.0.2.2:51820'}}, file)
    os.rename('/etc/uwsgiit/network.new', '/etc/uwsgiit/network.json')
    check('WireGuard gets its peer from the daemon', until(lambda: run('wg', 'show', 'uwsgiwg', 'allowed-ips')[1].startswith(f'{keys[1]}\t10.0.1.246/32'), 60), run('wg', 'show')[1] + run('journalctl', '-u', 'uwsgiit-containerd', '--no-pager')[1][-2000:])
    ping = ('ip', 'netns', 'exec', 'there', 'ping', '-c', '1', '-W', '5', '10.0.0.3')
    check('a linked container is reached by WireGuard, both ways', until(lambda: run(*ping)[0] == 0, 60), run(*ping)[1] + run('ip', 'route')[1] + run('nft', 'list', 'ruleset')[1][-3000:])
    check('another address of that server is not', run(*ping[:5], '-I', '10.0.1.247', *ping[5:])[0] != 0)
    define()
    check('without the link nothing passes', until(lambda: run(*ping)[0] != 0, 60))
    check('all that without a restart', container().get('process_id') == pid, container())


def ssh():
    run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', '/run/host_key')
    with open('/run/sshd_config', 'w') as file:
        file.write('ListenAddress 127.0.0.1:2222\nHostKey /run/host_key\nPidFile none\nUsePAM yes\nSubsystem sftp internal-sftp\nInclude /job/deploy/uwsgiit.conf\n')
    subprocess.Popen(['/usr/sbin/sshd', '-D', '-e', '-f', '/run/sshd_config'], stdout=open('/run/sshd.log', 'w'), stderr=subprocess.STDOUT)
    command = ['ssh', '-F', 'none', '-p', '2222', '-i', '/run/key', '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/run/known', '-o', 'BatchMode=yes', '-o', 'KexAlgorithms=curve25519-sha256', f'{UID}@127.0.0.1', 'id -u; hostname; exit 5']
    until(lambda: run(*command)[0] == 5, 60)
    code, output = run(*command)
    check('ssh by the host\'s sshd, PAM and extrausers', code == 5 and output.endswith(f'{UID}\nin-the-machine'), f'{code} {output} {open("/run/sshd.log").read()[-1000:]}')
    check('ssh forwards nothing', run('ssh', *command[1:-2], '-W', '127.0.0.1:2222', command[-2])[0] != 0)


def daemon():
    pid = container()['process_id']
    before = int(run('systemctl', 'show', '-P', 'MainPID', 'uwsgiit-containerd')[1])
    run('systemctl', 'kill', '--signal=KILL', '--kill-whom=main', 'uwsgiit-containerd')
    back = until(lambda: container().get('process_id') == pid and container().get('adopted'))
    check('killed, systemd starts it again and it takes the container over', back and int(run('systemctl', 'show', '-P', 'MainPID', 'uwsgiit-containerd')[1]) != before, container())
    check('its vassal has gone on', answer())
    code, output = run('systemctl', 'stop', 'uwsgiit-containerd')
    check('stopped, its container goes on', code == 0 and answer() and os.path.exists(f'/proc/{pid}'), output)
    unit()
    check('and is taken over again', until(lambda: container().get('process_id') == pid), container())
    check('the daemon is spared by the OOM killer, containers are not', open(f'/proc/{run("systemctl", "show", "-P", "MainPID", "uwsgiit-containerd")[1]}/oom_score_adj').read().strip() == '-900'
          and int(inside('cat /proc/self/oom_score_adj')[1]) >= 0, inside('cat /proc/self/oom_score_adj'))


def main():
    run('ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', '/run/key')
    run('mount', '-o', 'usrquota', '/dev/vm/data', '/containers')
    run('quotaon', '/containers')
    with open('/etc/uwsgiit/containerd.json', 'w') as file:
        json.dump({'Path': {'EmperorPath': '/job/emperor/uwsgiit-emperor'}, 'Login': {'ExtrausersDirectory': '/var/lib/extrausers'}, 'Alarm': {'Interval': '01:00:00'}, 'Start': {'Timeout': '00:03:00'},
                   'Network': {'DataPlane': 'Nftables', 'Tunnel': '192.0.2.1:999'}}, file)
    define()
    if not unit():
        return
    features = json.loads(ask('/stats'))['features']
    check('cgroup version 2', features['cgroup_version'] == 2, features)
    check('containers have user namespaces', features['user_namespaces'] == 'idmapped', features)
    check('AppArmor and Landlock are found', features['app_armor'] == 'uwsgiit-container' and features['landlock'] >= 2, features)
    check('user quota of ext4 is found', features['quota'] == 'user', features)
    check('the container runs', until(lambda: container().get('phase') == 'running'), container())
    put('app.py', "def application(e, s):\n    s('200 OK', [])\n    return [b'from the machine']\n")
    put('vassals/app.ini', f'[uwsgi]\nplugin = python3\nmaster = true\nwsgi-file = {HOME}/app.py\nhttp-socket = {HOME}/run/app.sock\n')
    check('uWSGI answers in it', until(answer), inside('cat ~/logs/emperor.log')[1][-2000:])
    for part in (limits, quota_of_ext4, alarms, vassal, isolation, network, ssh, daemon):
        try:
            part()
        except Exception as e:
            check(f'{part.__name__} went through', False, repr(e))
    ask(f'/containers/{UID}/stop', 'POST')
    check('stopped, nothing of it is left', until(lambda: container().get('phase') == 'stopped') and not os.path.exists(GROUP), container())

    # The same on XFS.
    run('systemctl', 'stop', 'uwsgiit-containerd')
    run('umount', '/containers')
    run('mkfs.xfs', '-q', '-f', '/dev/vm/more')
    code, output = run('mount', '-t', 'xfs', '-o', 'uquota', '/dev/vm/more', '/containers')
    check('XFS with user quota', code == 0, output)
    unit()
    check('XFS: the container runs', until(lambda: container().get('phase') == 'running'), container())
    quota('XFS')


main()
print(f'{failed} failed', flush=True)
sys.exit(failed > 0)
