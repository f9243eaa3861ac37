/// The texts that code asks a catalogue for. Those that only templates show are in the catalogues alone.
package enum Message: String, CaseIterable, Sendable {
    // times
    case dateTime, dateShort, date, dateMonth, dateDay, dateHour, weekdays, shortWeekdays, months
    case seconds, minutes, hours, days, hoursAndMinutes, daysAndHours, ago

    // standing
    case standingUp, standingWarning, standingDown, standingUnreachable, standingUnknown
    case levelGood, levelWarning, levelCritical, levelUnknown

    // head
    case pageTitle, pageTitleCalm, scope, dataAge, dataNone, themeToDark, themeToLight

    // figures
    case sitesReachable, sitesUnreachable, sitesUnknown, sitesWarning, sitesAllReachable
    case incidentsOpen, incidentsCritical, incidentsWarning, incidentsNone
    case poolFullest, poolFullAt, poolNone, poolFullestShare, poolNext, poolNextDays
    case pollsOnTime, targetsUp, pollInterval
    case roomsReady, roomsNotReady, roomsAllReady, roomsNone
    case notifications, notificationsPending, notificationsDelivered, notificationsFine

    // map
    case tip, tipBecause, trunkTip, trunkNoLoad, showTable, mapCaption

    // incidents
    case badgeCritical, badgeWarning, sinceFor, affected, moreIncidents

    // storage
    case noData, noDataSince, neverAnswered, trend, trendNone, growthUnknown, poolNoForecast

    // targets
    case moreTargets, reasonCount, reasonUnknown

    // footer
    case samplesPerSecond

    // explore
    case exploreTitle, exploreZone
    case exploreExamplePools, exploreExampleLinks, exploreExampleProbes, exploreExampleDown

    // load ahead
    case loadTitle, loadProcessor, loadReceive, loadTransmit, loadInCall, loadCalls, loadAll, loadProcessors
    case loadLinks, loadRooms, loadOfProcessor, loadOfReceive, loadOfTransmit, loadOfInCall, loadOfCalls
    case loadEmpty, loadNotFound, loadTooFewReadings, loadAbstained, loadRecordLine, loadRecordLong, loadUpTo, loadMore,
        loadChart
    case loadNoChart, loadPeak, loadCapacity, loadCapacityIs, loadTrend, loadTrendPast, loadModelNaive
    case loadModelSmoothing, loadModelHours, loadModelDay, loadModelWeek, loadModelChange, loadModelWide, loadModelPast

    // capacity
    case capacityTitle, forecastMade, capacityMoreThanYear, capacityFullNow, capacityOverdue, capacityOrderBy
    case capacityNoOrder, capacityRecordLine, capacityRecordNone, capacityTooLittleHistory, capacityShrinking
    case capacityUnstable, capacityOutdated, capacityImplausible, capacityFall, forecastUnknown, capacitySizeUnknown,
        capacityMore, capacityChart, capacityChartDate
    case capacityChartNoDate, capacityFullAt, forecastRestored, capacityGrowth, capacityFullWithin
    case capacityRegularDrops, capacityPurges, capacityWeekdays, capacityMonthDay, capacityMonthEnd
    case capacityStep, capacityBursts, capacityCompound, capacitySaturation, capacityYearly, capacityRateChange
    case capacityRest, capacityAbstained, capacityCleaned, capacityModelTrend, capacityModelChange, capacityModelLevel
    case capacityModelYear, capacityModelWindow, capacityModelDrift
}
