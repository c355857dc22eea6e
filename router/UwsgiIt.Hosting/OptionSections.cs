using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace UwsgiIt.Hosting;

/// <summary>The sections of a program's settings, named once: they are bound from this list and searched for faults by it.</summary>
/// <param name="others">Sections that belong to somebody else, for example Logging.</param>
public sealed class OptionSections(params string[] others)
{
    private readonly HashSet<string> _known = new(others, StringComparer.OrdinalIgnoreCase);
    private readonly List<Func<IConfiguration, IEnumerable<OptionFault>>> _checks = [];
    private readonly List<Action<IServiceCollection, IConfiguration>> _bindings = [];

    /// <summary>One more section.</summary>
    public OptionSections Add<T>()
        where T : class, IValidatedOptions, new()
    {
        _known.Add(T.SectionName);
        _checks.Add(Check<T>);
        _bindings.Add(static (services, configuration) => services.AddOptions<T>().Bind(configuration.GetSection(T.SectionName)));
        return this;
    }

    /// <summary>Every fault, unknown names included.</summary>
    public List<OptionFault> Validate(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var remedy = $"Write one of {string.Join(", ", _known.Order(StringComparer.Ordinal))}";
        return
        [
            .. _checks.SelectMany(check => check(configuration)),
            .. configuration.GetChildren().Where(section => !_known.Contains(section.Key)).Select(section => new OptionFault(section.Key, section.Value, "is not a section we know", remedy)),
        ];
    }

    /// <summary>Binds them all.</summary>
    public IServiceCollection Bind(IServiceCollection services, IConfiguration configuration)
    {
        _bindings.ForEach(bind => bind(services, configuration));
        return services;
    }

    private static IEnumerable<OptionFault> Check<T>(IConfiguration configuration)
        where T : class, IValidatedOptions, new()
    {
        var options = new T();
        try
        {
            configuration.GetSection(T.SectionName).Bind(options, static binder => binder.ErrorOnUnknownConfiguration = true);
        }
        catch (InvalidOperationException e)
        {
            // The binder's message names the setting; what lies under it is why.
            return [new OptionFault(T.SectionName, null, $"cannot be read: {e.Message.TrimEnd('.')}{(e.InnerException is { } inner ? $" ({inner.Message.TrimEnd('.')})" : "")}", "See the configuration reference for names and units")];
        }

        return options.Validate();
    }
}
