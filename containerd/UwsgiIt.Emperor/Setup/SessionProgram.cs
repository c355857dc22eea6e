using System.Globalization;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Isolation;
using UwsgiIt.Linux.Processes;

namespace UwsgiIt.Emperor.Setup;

/// <summary>Which program a session runs, and with what around it.</summary>
internal sealed record SessionProgram(string Path, IReadOnlyList<string> Arguments, IReadOnlyList<string> Environment)
{
    private const string SearchPath = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin:/usr/games";
    private const int MaxValue = 4096;

    // As sshd's AcceptEnv of the contract: language, terminal, and who is there.
    private static readonly string[] PassedOn = ["TERM", "LANG", "SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "SSH_ORIGINAL_COMMAND"];

    public static SessionProgram Of(SessionDescription description)
    {
        var request = description.Request;
        var shell = File.Exists("/bin/bash") ? "/bin/bash" : "/bin/sh";
        var environment = new List<string>
        {
            $"HOME={description.Home}",
            $"PATH={SearchPath}",
            $"USER={description.Uid.ToString(CultureInfo.InvariantCulture)}",
            $"LOGNAME={description.Uid.ToString(CultureInfo.InvariantCulture)}",
            $"SHELL={shell}",
        };
        environment.AddRange(request.Environment.Where(static pair => IsPassedOn(pair.Key, pair.Value)).Select(static pair => $"{pair.Key}={pair.Value}"));
        if (request.Arguments is { Count: > 0 } arguments)
        {
            return new SessionProgram(Find(arguments[0]), arguments, environment);
        }

        // A leading hyphen makes it a login shell.
        return request.Command is { } command
            ? new SessionProgram(shell, [System.IO.Path.GetFileName(shell), "-c", command], environment)
            : new SessionProgram(shell, ["-" + System.IO.Path.GetFileName(shell)], environment);
    }

    /// <summary>
    /// Starts it, leader of a session of its own. By fork, since a user namespace is joined by a process with one thread only; this stage has one
    /// managed thread. Throws <see cref="IOException"/> with the reason where it does not become the program.
    /// </summary>
    public Pidfd Start(SessionDescription description, Pidfd init, IReadOnlyList<SafeFileHandle> streams, bool hasTerminal)
    {
        using var child = ChildLauncher.Start(new ChildStart
        {
            Images = [new ChildImage(Path, Arguments)],
            Environment = Environment,
            WorkingDirectory = description.Home,
            Uid = description.Uid,
            Gid = description.Uid,
            UserNamespaceOf = description.IdBase is null ? null : init.Handle,
            Filter = SeccompFilter.Program(description.Is32Bit),
            Profile = description.HasProfile ? AppArmor.Profile : null,
            HasTerminal = hasTerminal,
            Descriptors = [.. streams.Select(static (stream, number) => (number, (System.Runtime.InteropServices.SafeHandle)stream))],
        });
        var process = Pidfd.TryOpen(child.ProcessId) ?? throw new IOException("the program ended at once");
        using var poll = new DescriptorPoll();
        poll.Add(child.Status, 1);
        ChildFailure failure;
        while (!child.TryComplete(out failure))
        {
            poll.Wait(-1);
        }

        if (failure.Step == ChildStep.None)
        {
            return process;
        }

        process.Dispose();
        throw new LinuxException(failure.Step == ChildStep.Execute ? "execve" : $"{failure.Step}", failure.Errno, Path);
    }

    private static bool IsPassedOn(string name, string value) =>
        (PassedOn.Contains(name) || name.StartsWith("LC_", StringComparison.Ordinal)) && !name.Contains('=', StringComparison.Ordinal) && value.Length <= MaxValue && !value.Contains('\0', StringComparison.Ordinal);

    private static string Find(string name) =>
        name.Contains('/', StringComparison.Ordinal)
            ? name
            : SearchPath.Split(':').Select(directory => $"{directory}/{name}").FirstOrDefault(File.Exists) ?? throw new IOException($"{name} is not in the container's PATH");
}
