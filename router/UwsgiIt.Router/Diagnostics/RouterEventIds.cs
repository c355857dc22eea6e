namespace UwsgiIt.Router.Diagnostics;

/// <summary>Ids of the router's log events, in ranges per folder; an id is never used again for something else.</summary>
internal static class RouterEventIds
{
    // Subscriptions: receipt and verification 1000-1499
    public const int PacketRejected = 1000;
    public const int SubscriptionSocketBound = 1001;
    public const int SubscriptionReceiveFailed = 1002;
    public const int AddressPolicyEmpty = 1003;
    public const int PublicKeyUnreadable = 1004;
    public const int ResubscribeFailed = 1005;

    // Subscriptions: registry and snapshot 1500-1999
    public const int NodeAdded = 1500;
    public const int NodeLeft = 1501;
    public const int NodeStale = 1502;
    public const int SlotRemoved = 1503;
    public const int SlotRevoked = 1504;
    public const int NodeConnectFailed = 1505;
    public const int SnapshotLoaded = 1510;
    public const int SnapshotDamaged = 1511;
    public const int SnapshotWriteFailed = 1512;

    // Certificates 2000-2499
    public const int CertificateRefused = 2000;
    public const int CertificateInstalled = 2001;
    public const int DefaultCertificateMade = 2002;
    public const int CertificateExpires = 2003;
    public const int CertificateUnusable = 2004;
    public const int CertificateEnds = 2005;
    public const int OcspFailed = 2006;
    public const int CertificateRevoked = 2007;
    public const int AcmeIssued = 2010;
    public const int AcmeFailed = 2011;
    public const int AcmeAdviceFailed = 2012;
    public const int AcmeStoreFailed = 2013;

    // Tls 2500-2999
    public const int TicketKeyFileUnusable = 2500;
    public const int HelloFault = 2501;
    public const int EngineMissing = 2502;
    public const int HandshakeFailed = 2503;

    // Routing 3000-3499
    public const int NodeEjected = 3000;

    // ProxyProtocol 3500-3599
    public const int ProxyHeaderRefused = 3500;

    // FastRouter 3600-3699
    public const int UwsgiRequestRefused = 3600;
    public const int UwsgiConnectionEnded = 3601;

    // Sessions 3700-3799
    public const int SessionRefused = 3700;
    public const int SessionEnded = 3701;
    public const int StreamingRefused = 3702;

    // Forwarding 4000-4499
    public const int BadResponse = 4000;
    public const int FastCgiError = 4001;

    // Transport 4500-4999
    public const int LoopFault = 4500;
    public const int AcceptFailed = 4501;
    public const int ConnectionFailed = 4502;
    public const int NoRing = 4503;

    // Agents 4600-4699
    public const int AgentApplied = 4600;
    public const int AgentRefused = 4601;
    public const int AgentAway = 4602;
    public const int AgentHitsNotTold = 4603;
    public const int AgentCertificateRenewed = 4604;
    public const int AgentCertificateNotRenewed = 4605;

    // Hosting 5000-5999
    public const int Reloaded = 5000;
    public const int ReloadRefused = 5001;
    public const int Listening = 5002;
    public const int RestartNeeded = 5003;
    public const int WatchdogMissed = 5004;

    // Diagnostics 6000-6999
    public const int AccessLogFailed = 6000;
    public const int StatsClientFailed = 6001;
}
