using UwsgiIt.Comparison.Subjects;

namespace UwsgiIt.Comparison.Scenarios;

/// <summary>One question to all subjects.</summary>
/// <param name="Name">For the command line.</param>
/// <param name="Title">For tables and charts.</param>
internal abstract record Scenario(string Name, string Title)
{
    public Upstream Upstream { get; init; }

    public bool Tls { get; init; }

    /// <summary>Which of <see cref="Ground"/>'s certificates: ecdsa or rsa.</summary>
    public string Certificate { get; init; } = "ecdsa";

    public IReadOnlyList<Target> Targets { get; init; } = [];

    /// <summary>What the chart shows.</summary>
    public abstract Metric Main { get; }

    /// <summary>The name asked for when a subject has started.</summary>
    public virtual string FirstHost => Ground.Host;

    /// <summary>True where our router takes only announces that the customer of <see cref="Ground"/> signed.</summary>
    public virtual bool IsSigned => false;

    public virtual bool Takes(Subject subject) => subject.Can(this);

    /// <summary>What has to lie on disk before a subject starts.</summary>
    public virtual void Prepare(Ground ground, Pace pace)
    {
    }

    /// <summary>Sections of our router's configuration beside, or instead of, the usual ones.</summary>
    public virtual IReadOnlyDictionary<string, object> OurSettings(Ground ground) => new Dictionary<string, object>();

    /// <summary>Measures; all entrants are stopped before and after.</summary>
    public abstract Task MeasureAsync(Contest contest, IReadOnlyList<Entrant> entrants, CancellationToken cancellationToken);
}
