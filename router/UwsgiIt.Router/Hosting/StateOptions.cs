namespace UwsgiIt.Router.Hosting;

/// <summary>What survives a restart. Changes need a restart.</summary>
internal sealed class StateOptions : IValidatedOptions
{
    public static string SectionName => "State";

    /// <summary>Folder of the snapshot, made with mode 0700 when missing. Default none, which means that nothing survives; the packaged configuration has /var/lib/uwsgiit/router.</summary>
    public string? Directory { get; set; }

    /// <summary>How soon a change is on disk at the latest. Default 5 s; ours.</summary>
    public TimeSpan SnapshotInterval { get; set; } = TimeSpan.FromSeconds(5);

    public IEnumerable<OptionFault> Validate()
    {
        if (Directory is not null && !Directory.StartsWith('/'))
        {
            yield return new OptionFault("State:Directory", Directory, "is not an absolute path", "Write for example /var/lib/uwsgiit/router");
        }

        if (SnapshotInterval <= TimeSpan.Zero)
        {
            yield return new OptionFault("State:SnapshotInterval", SnapshotInterval.ToString(), "is not a positive time", "Write for example \"00:00:05\"");
        }
    }
}
