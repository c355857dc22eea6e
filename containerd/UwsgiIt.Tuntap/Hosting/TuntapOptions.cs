namespace UwsgiIt.Tuntap.Hosting;

/// <summary>The router. Changes need a restart. All sources "ours" unless said.</summary>
internal sealed class TuntapOptions
{
    /// <summary>Most workers: a packet of the control socket brings their queues in one go.</summary>
    public const int MaxWorkers = 7;

    /// <summary>Where the daemon connects, a SOCK_SEQPACKET socket. Default /run/uwsgiit/tuntap-control.sock.</summary>
    public string ControlSocket { get; set; } = "/run/uwsgiit/tuntap-control.sock";

    /// <summary>Threads that move packets, 1 to 7; 0 (default) for one each processor.</summary>
    public int Workers { get; set; }

    /// <summary>Uid that may connect besides root. Default 0: nobody else.</summary>
    public uint DaemonUid { get; set; }

    /// <summary>Uid and gid to become when started as root; 0 is refused, for the process needs no rights. Default 65534 (nobody); the unit has a user of its own.</summary>
    public int RunAs { get; set; } = 65_534;

    public int EffectiveWorkers => Workers > 0 ? Workers : Math.Clamp(Environment.ProcessorCount, 1, MaxWorkers);

    public IEnumerable<string> Validate()
    {
        if (!ControlSocket.StartsWith('/') || ControlSocket.Length > 100)
        {
            yield return $"Tuntap:ControlSocket: {ControlSocket} is not an absolute path of at most 100 characters. Write for example /run/uwsgiit/tuntap-control.sock.";
        }

        if (Workers is < 0 or > MaxWorkers)
        {
            yield return $"Tuntap:Workers: {Workers} is not 0 to {MaxWorkers}. Write 0 for one each processor.";
        }

        if (RunAs <= 0)
        {
            yield return $"Tuntap:RunAs: {RunAs} is not an unprivileged uid. Write for example 65534.";
        }
    }
}
