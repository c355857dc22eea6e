using System.Collections;
using System.Globalization;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using UwsgiIt.Containerd.Contracts;
using UwsgiIt.Linux;
using UwsgiIt.Linux.Isolation;

namespace UwsgiIt.Relay;

/// <summary>A session in a container: asks the daemon, then carries bytes until the program has ended; its exit status is ours.</summary>
internal static class Session
{
    private const int Unavailable = 69;
    private const int UsageCode = 64;

    /// <summary>What ssh asks for: the caller's own container, with a terminal when there is one here.</summary>
    public static SessionRequest OfCaller(string? command) => new()
    {
        Uid = Caller.UserId(),
        Command = command,
        Terminal = TerminalMode.IsTerminal(0),
        Environment = Variables(),
    };

    /// <summary>What an operator asks for.</summary>
    public static bool TryParse(string[] words, out SessionRequest request)
    {
        request = null!;
        if (words.Length == 0 || !uint.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out var uid))
        {
            return false;
        }

        var rest = words.AsSpan(1);
        var terminal = rest is ["--tty", ..];
        rest = terminal ? rest[1..] : rest;
        if (rest.Length > 0 && rest[0] != "--")
        {
            return false;
        }

        request = new SessionRequest
        {
            Uid = uid,
            Terminal = terminal || (rest.Length < 2 && TerminalMode.IsTerminal(0)),
            Arguments = rest.Length > 1 ? rest[1..].ToArray() : null,
            Environment = Variables(),
        };
        return true;
    }

    public static int Usage()
    {
        Console.Error.WriteLine("Usage: uwsgiit-relay session UID [--tty] [-- PROGRAM ARGUMENT...] | keys NAME | [-c COMMAND]");
        return UsageCode;
    }

    public static int Run(SessionRequest request)
    {
        try
        {
            using var daemon = PacketSocket.Connect(RelayPaths.SessionSocket);
            KeepToWhatIsOpen();
            return request.Terminal ? RunOnTerminal(daemon, request) : RunOnPipes(daemon, request);
        }
        catch (IOException e)
        {
            return Fail(e.Message);
        }
    }

    private static int RunOnTerminal(PacketSocket daemon, SessionRequest request)
    {
        using var own = new SafeFileHandle(0, ownsHandle: false);
        (request.Rows, request.Columns) = PseudoTerminal.Size(own);
        Ask(daemon, request, []);
        var descriptors = new List<SafeFileHandle>();
        var answer = Hear(daemon, descriptors);
        if (answer.Fault is { } fault || descriptors.Count != 1)
        {
            return Fail(answer.Fault ?? "no terminal came");
        }

        using var master = descriptors[0];
        using var mode = TerminalMode.Raw(0);
        using var carrier = new TerminalCarrier(master);
        carrier.Start();
        answer = Hear(daemon, []);
        carrier.Finish();
        return answer.ExitCode ?? Unavailable;
    }

    /// <summary>Our own streams may be files of the host, which no container gets: pipes in between.</summary>
    private static int RunOnPipes(PacketSocket daemon, SessionRequest request)
    {
        using var pipes = new PipeCarrier();
        Ask(daemon, request, pipes.Theirs);
        pipes.Start();
        ClientWatch.Start();
        var answer = Hear(daemon, []);
        if (answer.Fault is { } fault)
        {
            return Fail(fault);
        }

        answer = Hear(daemon, []);
        pipes.Finish();
        return answer.ExitCode ?? Unavailable;
    }

    /// <summary>
    /// What the customer's program sends is read by a process of the host's: from here on one that can open nothing. Only as native code, which has no
    /// assemblies to be trusted: the other kind loads its own parts as it needs them.
    /// </summary>
    private static void KeepToWhatIsOpen()
    {
        if (AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") is null)
        {
            Landlock.TryForbidEverything();
        }
    }

    private static void Ask(PacketSocket daemon, SessionRequest request, ReadOnlySpan<SafeFileHandle> streams) =>
        daemon.Send(JsonSerializer.SerializeToUtf8Bytes(request, ContainerJson.Default.SessionRequest), streams);

    private static SessionAnswer Hear(PacketSocket daemon, List<SafeFileHandle> descriptors)
    {
        var text = new byte[SessionRequest.MaxBytes];
        var length = daemon.Receive(text, descriptors);
        return length > 0 && JsonSerializer.Deserialize(text.AsSpan(0, length), ContainerJson.Default.SessionAnswer) is { } answer ? answer : new SessionAnswer { Fault = "the session broke off" };
    }

    private static int Fail(string fault)
    {
        Console.Error.WriteLine($"uwsgiit: {fault}.");
        return 1;
    }

    private static Dictionary<string, string> Variables() =>
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(static pair => pair.Key is string name && (name is "TERM" or "LANG" || name.StartsWith("LC_", StringComparison.Ordinal) || name.StartsWith("SSH_", StringComparison.Ordinal)))
            .ToDictionary(static pair => (string)pair.Key, static pair => (string)pair.Value!);
}
