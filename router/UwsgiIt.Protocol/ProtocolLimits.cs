namespace UwsgiIt.Protocol;

/// <summary>Every bound of the wire, with its source.</summary>
public static class ProtocolLimits
{
    /// <summary>Longest subscription datagram, in bytes, header included (unbit/uwsgi:plugins/corerouter/cr_common.c, bbuf[4096]).</summary>
    public const int MaxSubscriptionBytes = 4096;

    /// <summary>Most records in a subscription datagram. Ours: real senders use some twenty; arbitrary, may grow.</summary>
    public const int MaxSubscriptionVars = 64;

    /// <summary>Longest subscription key, in bytes (unbit/uwsgi: a u8 length; longer ones crash the original).</summary>
    public const int MaxKeyBytes = 255;

    /// <summary>Longest node address, in bytes.</summary>
    public const int MaxAddressBytes = 255;

    /// <summary>Longest vassal name, in bytes.</summary>
    public const int MaxVassalBytes = 255;

    /// <summary>Longest notify path, in bytes; a longer value is ignored (unbit/uwsgi: sizeof(sun_path) less some).</summary>
    public const int MaxNotifyBytes = 101;

    /// <summary>Longest var block of a uwsgi packet, in bytes: the header's size is a u16.</summary>
    public const int MaxVarBlockBytes = 65535;
}
