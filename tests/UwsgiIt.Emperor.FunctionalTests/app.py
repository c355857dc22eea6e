import json, os


def application(environ, start_response):
    """Shows the process from inside."""
    start_response('200 OK', [('Content-Type', 'application/json')])
    with open('/proc/self/status') as status:
        lines = dict(line.rstrip('\n').split(':\t', 1) for line in status if ':\t' in line)
    descriptors = {}
    for number in os.listdir('/proc/self/fd'):
        try:
            descriptors[number] = os.readlink('/proc/self/fd/' + number)
        except OSError:
            pass
    try:
        os.kill(1, 15)
        killed = True
    except PermissionError:
        killed = False
    shown = {'status': lines, 'descriptors': descriptors, 'environment': dict(os.environ), 'cwd': os.getcwd(), 'signalled_init': killed,
             'name': environ.get('uwsgi.vassal', b'').decode() if isinstance(environ.get('uwsgi.vassal'), bytes) else ''}
    return [json.dumps(shown).encode()]
