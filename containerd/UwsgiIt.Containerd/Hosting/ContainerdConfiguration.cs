using UwsgiIt.Containerd.Agents;
using UwsgiIt.Containerd.Alarms;
using UwsgiIt.Containerd.Cgroups;
using UwsgiIt.Containerd.Loopboxes;
using UwsgiIt.Containerd.Quotas;
using UwsgiIt.Containerd.Sessions;

namespace UwsgiIt.Containerd.Hosting;

/// <summary>Where settings come from, later ones winning: the file, its drop-ins by name, the environment, the command line.</summary>
internal static class ContainerdConfiguration
{
    public static IConfigurationRoot Build(ContainerdArguments arguments)
    {
        var builder = new ConfigurationBuilder().AddJsonFile(arguments.ConfigFile, optional: !arguments.ConfigFileWasNamed, reloadOnChange: false);
        var dropIns = Path.ChangeExtension(arguments.ConfigFile, ".d");
        if (Directory.Exists(dropIns))
        {
            foreach (var file in Directory.EnumerateFiles(dropIns, "*.json").Order(StringComparer.Ordinal))
            {
                builder.AddJsonFile(file, optional: false, reloadOnChange: false);
            }
        }

        return builder.AddEnvironmentVariables("UWSGIIT_CONTAINERD__").AddInMemoryCollection(arguments.Settings).Build();
    }

    /// <summary>Every fault, unknown names included.</summary>
    public static IReadOnlyList<OptionFault> Validate(IConfiguration configuration)
    {
        var faults = new List<OptionFault>();
        var known = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "Logging" };
        Check<PathOptions>(configuration, known, faults);
        Check<StartOptions>(configuration, known, faults);
        Check<CgroupOptions>(configuration, known, faults);
        Check<QuotaOptions>(configuration, known, faults);
        Check<LoginOptions>(configuration, known, faults);
        Check<AlarmOptions>(configuration, known, faults);
        Check<LoopboxOptions>(configuration, known, faults);
        Check<AgentOptions>(configuration, known, faults);
        Check<AdminOptions>(configuration, known, faults);
        faults.AddRange(configuration.GetChildren().Where(section => !known.Contains(section.Key))
            .Select(section => new OptionFault(section.Key, section.Value, "is not a section we know", $"Write one of {string.Join(", ", known.Order(StringComparer.Ordinal))}")));
        return faults;
    }

    public static IServiceCollection AddContainerdOptions(this IServiceCollection services, IConfiguration configuration) =>
        services
            .Configure<PathOptions>(configuration.GetSection(PathOptions.SectionName))
            .Configure<StartOptions>(configuration.GetSection(StartOptions.SectionName))
            .Configure<CgroupOptions>(configuration.GetSection(CgroupOptions.SectionName))
            .Configure<QuotaOptions>(configuration.GetSection(QuotaOptions.SectionName))
            .Configure<LoginOptions>(configuration.GetSection(LoginOptions.SectionName))
            .Configure<AlarmOptions>(configuration.GetSection(AlarmOptions.SectionName))
            .Configure<LoopboxOptions>(configuration.GetSection(LoopboxOptions.SectionName))
            .Configure<AgentOptions>(configuration.GetSection(AgentOptions.SectionName))
            .Configure<AdminOptions>(configuration.GetSection(AdminOptions.SectionName));

    private static void Check<T>(IConfiguration configuration, HashSet<string> known, List<OptionFault> faults)
        where T : class, IValidatedOptions, new()
    {
        known.Add(T.SectionName);
        var section = configuration.GetSection(T.SectionName);
        var names = typeof(T).GetProperties().Select(static property => property.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        faults.AddRange(section.GetChildren().Where(child => !names.Contains(child.Key))
            .Select(child => new OptionFault($"{T.SectionName}:{child.Key}", child.Value, "is not a setting we know", $"Write one of {string.Join(", ", names.Order(StringComparer.Ordinal))}")));
        try
        {
            var options = new T();
            section.Bind(options);
            faults.AddRange(options.Validate());
        }
        catch (InvalidOperationException e)
        {
            faults.Add(new OptionFault(T.SectionName, null, e.InnerException?.Message ?? e.Message, "Write a value of that kind"));
        }
    }
}
