namespace UwsgiIt.Relay;

/// <summary>
/// What sshd makes of a customer's wish. It starts the forced command by the login shell, and both are this program: <c>-c /path/uwsgiit-relay</c>,
/// with the wish in SSH_ORIGINAL_COMMAND.
/// </summary>
internal static class ForcedCommand
{
    private const string Name = "uwsgiit-relay";

    // Where distros keep it. The host's own path, or sshd's built-in one, means nothing inside.
    private const string SftpServer =
        "for server in /usr/lib/openssh/sftp-server /usr/lib/ssh/sftp-server /usr/libexec/openssh/sftp-server /usr/libexec/sftp-server; do [ -x $server ] && exec $server; done; echo 'this distro has no sftp-server' >&2; exit 127";

    /// <summary>The command to run inside; null for a login shell.</summary>
    public static string? Of(string? shellArgument)
    {
        var wish = shellArgument is null || Path.GetFileName(shellArgument) == Name ? Environment.GetEnvironmentVariable("SSH_ORIGINAL_COMMAND") : shellArgument;
        return string.IsNullOrEmpty(wish) ? null : IsSftp(wish) ? SftpServer : wish;
    }

    private static bool IsSftp(string wish) => wish.Split(' ', 2)[0] is var program && (program == "internal-sftp" || (program.StartsWith('/') && Path.GetFileName(program) == "sftp-server"));
}
