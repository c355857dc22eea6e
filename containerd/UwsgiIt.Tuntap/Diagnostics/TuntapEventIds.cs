namespace UwsgiIt.Tuntap.Diagnostics;

/// <summary>Ids of the tuntap router's log events, in ranges per folder; an id is never used again for something else.</summary>
internal static class TuntapEventIds
{
    // Workers 1000-1499
    public const int WorkerFault = 1000;
    public const int DeviceLost = 1001;

    // Routing 1500-1999
    public const int Attached = 1500;
    public const int Detached = 1501;
    public const int GatewayAttached = 1502;

    // Control 2000-2499
    public const int DaemonConnected = 2000;
    public const int DaemonGone = 2001;
    public const int DaemonRefused = 2002;
    public const int RequestRefused = 2003;
    public const int ConnectionFailed = 2004;

    // Dns 2500-2999
    public const int DnsFailed = 2500;

    // Hosting 5000-5999
    public const int RightsDropped = 5001;
    public const int NotConfined = 5002;
}
