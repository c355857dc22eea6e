using UwsgiIt.Relay;

// As login shell: uwsgiit-relay, or -c COMMAND; as ForceCommand with SSH_ORIGINAL_COMMAND; for an operator: session UID [--tty] [-- PROGRAM …];
// for sshd: keys NAME.
return args switch
{
    ["keys", var name] => AuthorizedKeys.Print(name),
    ["session", .. var rest] => Session.TryParse(rest, out var request) ? Session.Run(request) : Session.Usage(),
    ["-c", var command] => Session.Run(Session.OfCaller(ForcedCommand.Of(command))),
    [] => Session.Run(Session.OfCaller(ForcedCommand.Of(null))),
    _ => Session.Usage(),
};
