using System.Net;

namespace UwsgiIt.Tuntap.Hosting;

/// <summary>The router. Changes need a restart. All sources "ours" unless said.</summary>
internal sealed class TuntapOptions
{
    /// <summary>Most workers: a packet of the control socket brings their queues in one go.</summary>
    public const int MaxWorkers = 7;

    /// <summary>Where the daemon connects, a SOCK_SEQPACKET socket. Default /run/uwsgiit/tuntap/control.sock.</summary>
    public string ControlSocket { get; set; } = "/run/uwsgiit/tuntap/control.sock";

    /// <summary>Threads that move packets, 1 to 7; 0 (default) for one each processor.</summary>
    public int Workers { get; set; }

    /// <summary>
    /// How long at most a worker looks for more packets before it sleeps, in microseconds, 0 to 1000; less, down to nothing, while looking brings none.
    /// Default 50: what waking a thread costs on a virtual machine.
    /// </summary>
    public int BusyPoll { get; set; } = 50;

    /// <summary>Uid that may connect besides root. Default 0: nobody else.</summary>
    public uint DaemonUid { get; set; }

    /// <summary>Uid and gid to become when started as root; 0 is refused, for the process needs no rights. Default 65534 (nobody); the unit has a user of its own.</summary>
    public int RunAs { get; set; } = 65_534;

    /// <summary>Resolvers that containers' questions go to, ADDRESS or ADDRESS:PORT. Default none: those of /etc/resolv.conf.</summary>
    public string[] Resolvers { get; set; } = [];

    public int EffectiveWorkers => Workers > 0 ? Workers : Math.Clamp(Environment.ProcessorCount, 1, MaxWorkers);

    /// <summary>Where questions go; /etc/resolv.conf is read anew each time, it may change.</summary>
    public IReadOnlyList<IPEndPoint> EffectiveResolvers()
    {
        var texts = Resolvers.Length > 0 ? Resolvers
            : File.Exists("/etc/resolv.conf") ? [.. File.ReadLines("/etc/resolv.conf").Take(100).Select(static line => line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)).Where(static words => words is ["nameserver", _, ..]).Select(static words => words[1])]
            : Array.Empty<string>();
        return [.. texts.Take(3).Select(Resolver).OfType<IPEndPoint>()];
    }

    private static IPEndPoint? Resolver(string text) =>
        IPAddress.TryParse(text, out var address) ? new IPEndPoint(address, 53) : IPEndPoint.TryParse(text, out var endPoint) && endPoint.Port > 0 ? endPoint : null;

    public IEnumerable<string> Validate()
    {
        foreach (var resolver in Resolvers.Where(static resolver => Resolver(resolver) is null))
        {
            yield return $"Tuntap:Resolvers: {resolver} is not ADDRESS or ADDRESS:PORT. Write for example 192.0.2.53.";
        }

        if (!ControlSocket.StartsWith('/') || ControlSocket.Length > 100)
        {
            yield return $"Tuntap:ControlSocket: {ControlSocket} is not an absolute path of at most 100 characters. Write for example /run/uwsgiit/tuntap/control.sock.";
        }

        if (Workers is < 0 or > MaxWorkers)
        {
            yield return $"Tuntap:Workers: {Workers} is not 0 to {MaxWorkers}. Write 0 for one each processor.";
        }

        if (BusyPoll is < 0 or > 1_000)
        {
            yield return $"Tuntap:BusyPoll: {BusyPoll} is not 0 to 1000 microseconds. Write 0 for none.";
        }

        if (RunAs <= 0)
        {
            yield return $"Tuntap:RunAs: {RunAs} is not an unprivileged uid. Write for example 65534.";
        }
    }
}
