using UwsgiIt.Api.Hosting;

namespace UwsgiIt.Api.Metrics;

/// <summary>How long metrics are kept at which step. Changes need a restart.</summary>
internal sealed class MetricsOptions : IValidatedOptions
{
    public static string SectionName => "Metrics";

    /// <summary>As sent, every 30 s. Default 2 days.</summary>
    public TimeSpan RawRetention { get; set; } = TimeSpan.FromDays(2);

    /// <summary>Every 5 minutes. Default 30 days.</summary>
    public TimeSpan FiveMinuteRetention { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Every hour. Default 400 days.</summary>
    public TimeSpan HourRetention { get; set; } = TimeSpan.FromDays(400);

    /// <summary>Every day. Default 10 years.</summary>
    public TimeSpan DayRetention { get; set; } = TimeSpan.FromDays(3650);

    /// <summary>How often old points are thinned. Default 10 minutes.</summary>
    public TimeSpan DownsampleInterval { get; set; } = TimeSpan.FromMinutes(10);

    public IEnumerable<OptionFault> Validate()
    {
        if (RawRetention < TimeSpan.FromHours(2) || FiveMinuteRetention <= RawRetention || HourRetention <= FiveMinuteRetention || DayRetention <= HourRetention)
        {
            yield return new OptionFault("Metrics:RawRetention", $"{RawRetention}", "is less than two hours, or the longer steps are not kept longer", "Write growing times, for example \"2.00:00:00\", \"30.00:00:00\", \"400.00:00:00\", \"3650.00:00:00\"");
        }

        if (DownsampleInterval < TimeSpan.FromSeconds(1))
        {
            yield return new OptionFault("Metrics:DownsampleInterval", $"{DownsampleInterval}", "is less than a second", "Write for example \"00:10:00\"");
        }
    }
}
