namespace UwsgiIt.Api.Hosting;

/// <summary>Ids of log events, in ranges per folder; never reused.</summary>
internal static class ApiEventIds
{
    // 1000 Hosting
    public const int RequestFailed = 1000;
    public const int Migrated = 1001;
    public const int AuthorityMade = 1002;

    // 1100 Authentication
    public const int LoginFailed = 1100;
    public const int LoginThrottled = 1101;

    // 1200 Changes
    public const int UpkeepFailed = 1200;

    // 1300 Metrics
    public const int DownsamplingFailed = 1300;

    // 1400 Domains
    public const int DnsFailed = 1400;
    public const int DomainUpkeepFailed = 1401;
    public const int DomainMoved = 1402;
}
